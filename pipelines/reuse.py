"""Tables of the published generation that a run would make again, byte for byte."""

import errno
import json
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from intake.table_keys import table_keys
from pipelines.digest_cache import DigestCache
from pipelines.files import sha256_of
from pipelines.generation import run_record
from pipelines.versions import code_version, package_versions, reader_versions
from schemas.findings import InputDigest
from schemas.study import Study

STAGES = ("raw", "core", "quarantine")
NO_LINK = {errno.EXDEV, errno.EPERM, errno.EMLINK, errno.EOPNOTSUPP, errno.ENOSYS, errno.EACCES}
"""Why a file system may refuse a hard link that a copy can stand in for."""


@dataclass(frozen=True)
class Reuse:
    """What can be taken over: `intake` has the record of each table that can be."""

    generation: Path | None = None
    intake: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    checks: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def path(self, relative: Path) -> Path | None:
        """The published file to take over for an output, or None where it must be made."""
        stage, _, table = relative.stem.partition("_")
        if self.generation is None or stage not in STAGES or table not in self.intake:
            return None
        return self.generation / relative

    def check(self, name: str) -> Mapping[str, Any] | None:
        """The detail of a check that passed on a table that is taken over."""
        table = name.removeprefix("core_").removesuffix("_is_valid")
        found = self.checks.get(name) if table in self.intake else None
        return found["detail"] if found and found["passed"] else None

    def notes(self, table: str) -> list[str] | None:
        """The warnings about a table that is taken over."""
        return list(self.intake[table]["notes"]) if table in self.intake else None


def run_keys(study: Study, inputs: Sequence[InputDigest]) -> dict[str, str | None]:
    """What each table of a run is made from; None where it must be read to be known."""
    code = json.dumps([code_version(), package_versions(), reader_versions()], sort_keys=True)
    return table_keys(study, {found.path: found.sha256 for found in inputs}, code)


def find_reuse(current: Path | None, keys: Mapping[str, str | None], cache: DigestCache) -> Reuse:
    """Tables that `current` made from the same, whose files are as they were published."""
    if current is None:
        return Reuse()
    record = _record(current)
    made, outputs = record.get("intake", {}), record.get("outputs", {})
    intake = {
        table: made[table]
        for table, key in keys.items()
        if key is not None
        and made.get(table, {}).get("key") == key
        and all(_is_intact(current, name, outputs, cache) for name in _files(table))
    }
    return Reuse(current, intake, record.get("checks", {}))


def take_over(source: Path, target: Path) -> None:
    """Give a published file a second name in a new generation, or copy it where links fail."""
    target.unlink(missing_ok=True)
    try:
        os.link(source, target)
    except OSError as error:
        if error.errno not in NO_LINK:
            raise
        shutil.copyfile(source, target)


def _record(current: Path) -> dict[str, Any]:
    try:
        found = run_record(current)
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _files(table: str) -> list[str]:
    return [f"{stage}/{stage}_{table}.parquet" for stage in STAGES]


def _is_intact(current: Path, name: str, outputs: Mapping[str, str], cache: DigestCache) -> bool:
    path = current / name
    if name not in outputs or not path.is_file():
        return False
    return cache.digest(path, sha256_of, uses_links=True) == outputs[name]
