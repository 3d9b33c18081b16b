"""The study folder: `study.yaml`, `plan.yaml`, their digests, and paths that stay inside."""

import hashlib
import json
from pathlib import Path, PurePosixPath, PureWindowsPath

from intake.problems import Problem, Rejected, nearest
from intake.yaml_file import load_model
from schemas.findings import InputDigest
from schemas.plan import Plan
from schemas.registry import TABLES
from schemas.study import Mapping, Source, Study

STUDY_FILE = "study.yaml"
PLAN_FILE = "plan.yaml"
SUFFIXES = (".csv", ".tsv", ".txt", ".parquet")


def load_study(folder: Path) -> Study:
    """The study of a folder; raises `Rejected` with one problem per defect."""
    path = folder / STUDY_FILE
    if not path.is_file():
        remedy = "name a folder that holds study.yaml"
        raise Rejected([Problem(STUDY_FILE, None, None, "missing_file", "is not there", remedy)])
    study = load_model(path, Study)
    problems = [p for source in study.sources for p in _source_problems(folder, source)]
    problems += _repeated_sources(study)
    if problems:
        raise Rejected(problems)
    return study


def load_plan(folder: Path) -> Plan | None:
    """The plan of a folder, or none where there is no `plan.yaml`."""
    path = folder / PLAN_FILE
    return load_model(path, Plan) if path.is_file() else None


def plan_digest(folder: Path) -> str:
    """SHA-256 of the plan's meaning: spelling, order of keys and comments do not change it."""
    plan = load_plan(folder)
    if plan is None:
        raise Rejected([Problem(PLAN_FILE, None, None, "missing_file", "is not there", "add it")])
    text = json.dumps(plan.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def input_digests(folder: Path, study: Study) -> list[InputDigest]:
    """Each input file's SHA-256, by its name relative to the folder; `study.yaml` is one."""
    names = {STUDY_FILE, *(source.path for source in study.sources if source.path is not None)}
    return [InputDigest(path=name, sha256=_sha256(folder / name)) for name in sorted(names)]


def source_path(folder: Path, source: Source) -> Path:
    """The source's file, resolved; raises `Rejected` where it is not a file of the study."""
    problems = _path_problems(folder, source.path or "")
    if problems:
        raise Rejected(problems)
    return (folder / (source.path or "")).resolve()


def source_name(source: Source) -> str:
    """How a source is named in messages and in `source_file`."""
    return PurePosixPath(source.path or source.table).as_posix()


def inline_mapping(source: Source) -> Mapping:
    """The mapping written in study.yaml; without one, names and values are ours."""
    return source.mapping if isinstance(source.mapping, Mapping) else Mapping()


def _sha256(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _source_problems(folder: Path, source: Source) -> list[Problem]:
    problems = []
    if source.table not in TABLES:
        near = nearest(source.table, TABLES)
        known = f"did you mean {near}?" if near else f"use one of {', '.join(TABLES)}"
        problems.append(
            _study_problem("table", "unknown_table", f"{source.table} is unknown", known)
        )
    elif isinstance(source.mapping, Mapping):
        problems += _mapping_problems(source.table, source.mapping)
    if isinstance(source.mapping, str):
        what = f"the preset {source.mapping} is not available"
        problems.append(_study_problem("mapping", "preset", what, "write the mapping out"))
    if source.path is None:
        what = "reading from a database is not available yet"
        problems.append(
            _study_problem("connection", "connection", what, "export to CSV or Parquet")
        )
        return problems
    return problems + _path_problems(folder, source.path)


def _mapping_problems(table: str, mapping: Mapping) -> list[Problem]:
    known = [column.name for column in TABLES[table].data_columns]
    given = [*mapping.columns, *mapping.values, *mapping.constants]
    problems = []
    for name in sorted(set(given) - set(known)):
        near = nearest(name, known)
        remedy = f"did you mean {near}?" if near else f"see the columns of {table}"
        what = f"{name} is not a column of {table}"
        problems.append(_study_problem("mapping", "unknown_column", what, remedy))
    both = sorted(set(mapping.columns) & set(mapping.constants))
    for name in both:
        what = f"{name} of {table} is mapped to a column and to a constant"
        problems.append(_study_problem("mapping", "ambiguous", what, "keep one"))
    return problems


def _path_problems(folder: Path, name: str) -> list[Problem]:
    windows, posix = PureWindowsPath(name), PurePosixPath(name)
    if posix.is_absolute() or windows.drive or ".." in posix.parts or "\\" in name:
        what = f"{name} must lie inside the study folder"
        return [_study_problem("path", "path", what, "use a relative name without ..")]
    path = folder / name
    if not path.resolve().is_relative_to(folder.resolve()):
        what = f"{name} is a link that leaves the study folder"
        return [_study_problem("path", "path", what, "copy the file into the folder")]
    if not path.is_file():
        return [_missing_file(folder, name)]
    if path.suffix.lower() not in SUFFIXES:
        what = f"{name} is of a kind that cannot be read yet"
        return [_study_problem("path", "file_type", what, "save it as CSV or Parquet")]
    return []


def _missing_file(folder: Path, name: str) -> Problem:
    present = [path.name for path in folder.iterdir() if path.is_file()]
    near = nearest(name, present)
    remedy = f"did you mean {near}?" if near else "add the file, or remove the source"
    return Problem(name, None, None, "missing_file", "is not there", remedy)


def _repeated_sources(study: Study) -> list[Problem]:
    seen: set[tuple[str, str | None]] = set()
    problems = []
    for source in study.sources:
        if (source.table, source.path) in seen:
            what = f"{source.path} is read twice into {source.table}"
            problems.append(_study_problem("sources", "repeated", what, "keep one of them"))
        seen.add((source.table, source.path))
    return problems


def _study_problem(column: str, rule: str, message: str, remedy: str) -> Problem:
    return Problem(STUDY_FILE, None, column, rule, message, remedy)
