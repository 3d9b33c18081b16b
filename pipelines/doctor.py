"""What this machine has, and what a person can do about what it lacks."""

import importlib.util
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from pipelines.browser import find_browser
from pipelines.errors import Exit
from pipelines.settings import Settings, known_studies
from pipelines.versions import NUMBERS_COME_FROM, code_version, package_versions

State = Literal["ok", "missing", "optional"]
EXTRA = 'pip install -c constraints.txt -e ".[{}]"'


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    state: State
    text: str


def examine(settings: Settings) -> int:
    """Print every finding; 2 when something that is needed is missing."""
    findings = list(look(settings))
    for finding in findings:
        print(f"{finding.state:<9} {finding.text}")
    needed = any(finding.state == "missing" for finding in findings)
    return Exit.USAGE if needed else Exit.DONE


def look(settings: Settings) -> Iterator[Finding]:
    """Python, packages, folders, then the tools that some commands use."""
    python = f"Python {sys.version_info.major}.{sys.version_info.minor}"
    fits = (3, 11) <= sys.version_info[:2] <= (3, 13)
    yield Finding("ok" if fits else "missing", f"{python} (3.11 to 3.13 is needed)")
    yield Finding("ok", f"advocacy-impact {code_version()}")
    versions = package_versions()
    for name in NUMBERS_COME_FROM:
        here = versions[name] != "not installed"
        yield Finding("ok" if here else "missing", f"{name} {versions[name]}")
    yield from _folders(settings)
    yield _browser("advocacy report --pdf and the browser tests")
    yield _module("pyspark", f"engine: pyspark in study.yaml; {EXTRA.format('spark')}")
    yield _module("psycopg", f"sources in PostgreSQL; {EXTRA.format('postgres')}")


def _folders(settings: Settings) -> Iterator[Finding]:
    studies = known_studies(settings)
    state: State = "ok" if studies else "missing"
    yield Finding(state, f"{len(studies)} studies in {settings.studies}")
    existing = next(p for p in (settings.output, *settings.output.parents) if p.exists())
    writable = os.access(existing, os.W_OK)
    yield Finding("ok" if writable else "missing", f"results can be written to {settings.output}")


def _browser(purpose: str) -> Finding:
    return Finding("ok" if find_browser() else "optional", f"chromium: {purpose}")


def _module(name: str, purpose: str) -> Finding:
    here = importlib.util.find_spec(name) is not None
    return Finding("ok" if here else "optional", f"{name}: {purpose}")
