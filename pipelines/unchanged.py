"""Whether a run would publish again what is published, told without reading a source.

A file counts as the one that was read while its inode, size and times are those of then, as in
`pipelines.digest_cache`. Nothing heavy is imported here: the answer takes less time than the
imports of a run.
"""

import datetime as dt
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from pipelines.digest_cache import RACY_NS, DigestCache, stamp_of
from pipelines.files import read_json, sha256_of, write_json
from pipelines.generation import (
    DIGESTS,
    FINDINGS,
    LOCK_NAME,
    READS_NAME,
    REPORT,
    RESULTS,
    StudyOutput,
    run_record,
)
from pipelines.lock import require_free_lock
from pipelines.outcome import Outcome
from pipelines.settings import Settings
from pipelines.versions import code_version, package_versions, reader_versions
from schemas.findings import Findings

WATCHED = "watched"
"""The key of run.json that holds what `watch` saw before the run read anything."""
STUDY, PLAN = "study.yaml", "plan.yaml"


def watch(folder: Path, sources: Iterable[str | None], as_of: dt.date | None) -> dict[str, Any]:
    """What must be the same for a run to be needless; `sources` are paths, null of a query.

    A file that is absent is null. `files` is null where a change could go unseen: a query, or a
    file that was changed within two seconds.
    """
    names = sorted({STUDY, PLAN, *(name for name in sources if name is not None)})
    files = {name: _seen(folder / name) for name in names}
    newest = max((found["mtime_ns"] for found in files.values() if found), default=0)
    is_sure = newest + RACY_NS < time.time_ns() and None not in list(sources)
    return {
        "files": files if is_sure else None,
        "as_of": as_of.isoformat() if as_of is not None else None,
        "versions": [code_version(), package_versions(), reader_versions()],
    }


def plan_state(folder: Path, output: Path) -> list[Any]:
    """The lock of the plan without its count of looks, and the plan of the first read."""
    lock, reads = read_json(folder / LOCK_NAME), read_json(output / READS_NAME)
    known = {name: value for name, value in (lock or {}).items() if name != "looks"}
    return [known, (reads or {}).get("plan_sha256")]


def published_already(folder: Path, settings: Settings, as_of: dt.date | None) -> Outcome | None:
    """The published outcome where a run would make the same again, else None.

    Every published file must be the one that was published.
    """
    try:
        study_id = yaml.safe_load((folder / STUDY).read_bytes())["study_id"]
        output = StudyOutput(settings.output / str(study_id))
        current = output.current() if settings.reuse else None
        record = run_record(current) if current is not None else {}
        known = record[WATCHED]
        seen = watch(folder, known["files"], as_of)
        seen["plan"] = plan_state(folder, output.folder)
        is_same = seen["files"] is not None and seen == known
        if current is None or not is_same or not _is_intact(current, record, output):
            return None
        findings = Findings.model_validate_json((current / FINDINGS).read_bytes())
    except (OSError, ValueError, KeyError, TypeError, yaml.YAMLError):
        return None
    looks = int(record["looks"])
    where = (current, current / REPORT)
    return Outcome(findings.study_id, findings, *where, was_plan_frozen=False, looks=looks)


def require_free(folder: Path, settings: Settings) -> None:
    """Tell of a run of this study that is going, before the imports of another one.

    Raises:
        UserError: Another run holds the lock (exit 75).
    """
    try:
        study_id = str(yaml.safe_load((folder / STUDY).read_bytes())["study_id"])
        require_free_lock(settings.output / study_id)
    except (OSError, ValueError, KeyError, TypeError, yaml.YAMLError):
        return  # what is wrong is told by the run


def _seen(path: Path) -> dict[str, Any] | None:
    return stamp_of(path) if path.is_file() else None


def _is_intact(current: Path, record: dict[str, Any], output: StudyOutput) -> bool:
    cache = DigestCache(output.folder / DIGESTS)
    cache.load()
    outputs = record["outputs"]
    same = (current / RESULTS).is_file() and all(
        cache.digest(current / name, sha256_of, uses_links=True) == digest
        for name, digest in outputs.items()
    )
    write_json(cache.path, {**cache.entries, **cache.used})
    return same
