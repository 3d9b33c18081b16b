"""What code made a result."""

import functools
import hashlib
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGES = ("assets", "impact", "intake", "pipelines", "reports", "schemas")
NUMBERS_COME_FROM = ("diff-diff", "duckdb", "ibis-framework", "numpy", "pandas", "plotly", "scipy")

SOURCES_ARE_READ_BY = ("pandera", "polars", "psycopg", "pyarrow")


@functools.cache
def code_version() -> str:
    """The distribution's version and a digest of every file of the program."""
    root = Path(__file__).resolve().parents[1]
    digest = hashlib.sha256()
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*")):
            if path.is_file() and path.suffix != ".pyc":
                digest.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes())
    return f"{version('advocacy-impact')}+{digest.hexdigest()[:12]}"


@functools.cache
def package_versions() -> dict[str, str]:
    """Versions of the packages that numbers and charts come from."""
    return {name: _version(name) for name in NUMBERS_COME_FROM}


@functools.cache
def reader_versions() -> dict[str, str]:
    """Versions of the packages that sources are read and checked with."""
    return {name: _version(name) for name in SOURCES_ARE_READ_BY}


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"
