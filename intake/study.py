"""The study folder: `study.yaml`, `plan.yaml`, their digests, and paths that stay inside."""

import hashlib
import json
import os
import re
from dataclasses import replace
from pathlib import Path, PurePosixPath, PureWindowsPath

from intake.mapping_checks import mapping_problems
from intake.plan_checks import PLAN_FILE, STUDY_FILE, indicator_problems, plan_problems
from intake.presets import preset_names, preset_of, preset_table, with_presets
from intake.problems import NO_RIGHTS, Problem, Rejected, nearest
from intake.yaml_file import line_of, load_model
from schemas.plan import Plan
from schemas.registry import TABLES
from schemas.study import Mapping, Source, Study

SUFFIXES = (".csv", ".tsv", ".txt", ".parquet", ".xlsx", ".jsonl", ".ndjson")
VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
"""How a connection names the environment variable that holds its address."""
OURS = Mapping()
"""Of a source without a mapping: its names and values are ours."""


def load_study(folder: Path) -> Study:
    """The study of a folder; raises `Rejected` with one problem per defect."""
    study = read_study(folder)
    problems = [
        problem for source in study.sources for problem in check_source(folder, study, source)
    ]
    if problems:
        raise Rejected(dict.fromkeys(problems))
    return study


def read_study(folder: Path) -> Study:
    """`study.yaml` alone; whether its sources can be read is for `check_source`."""
    path = folder / STUDY_FILE
    if not path.is_file():
        remedy = "name a folder that holds study.yaml"
        raise Rejected([Problem(STUDY_FILE, None, None, "missing_file", "is not there", remedy)])
    study = load_model(path, Study)
    problems = indicator_problems(path, study)
    if problems:
        raise Rejected(problems)
    return with_presets(study)


def check_source(folder: Path, study: Study, source: Source) -> list[Problem]:
    """What keeps a source from being read, each with its line of study.yaml."""
    place = next(i for i, other in enumerate(study.sources) if other is source)
    return [
        replace(problem, row=line_of(folder / STUDY_FILE, ("sources", place, problem.column or "")))
        if problem.source_file == STUDY_FILE
        else problem
        for problem in [
            *_table_problems(study, source),
            *_mapping_problems(source),
            *_origin_problems(folder, study, source),
        ]
    ]


def load_plan(folder: Path) -> Plan | None:
    """The plan of a folder, or none where there is no `plan.yaml`."""
    path = folder / PLAN_FILE
    if not path.is_file():
        return None
    plan = load_model(path, Plan)
    problems = plan_problems(path, plan)
    if problems:
        raise Rejected(problems)
    return plan


def plan_digest(folder: Path) -> str:
    """SHA-256 of the plan's meaning: spelling, order of keys and comments do not change it."""
    plan = load_plan(folder)
    if plan is None:
        raise Rejected([Problem(PLAN_FILE, None, None, "missing_file", "is not there", "add it")])
    text = json.dumps(plan.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def input_files(study: Study) -> list[str]:
    """Names of the files a study is read from, sorted; `study.yaml` is one."""
    return sorted({STUDY_FILE, *(s.path for s in study.sources if s.path is not None)})


def source_path(folder: Path, source: Source) -> Path:
    """The source's file, resolved; raises `Rejected` where it is not a file of the study."""
    name = file_name(source)
    problems = _path_problems(folder, name)
    if not problems and not (folder / name).is_file():
        problems = [Problem(name, None, None, "missing_file", "is not there", "add the file")]
    if problems:
        raise Rejected(problems)
    return (folder / name).resolve()


def file_name(source: Source) -> str:
    """The file of a source, relative to the study folder; the table of a query."""
    return PurePosixPath(source.path or source.table).as_posix()


def source_name(source: Source) -> str:
    """How a source is named in messages and in `source_file`: the file, and the sheet if said."""
    sheet = inline_mapping(source).format.sheet
    return f"{file_name(source)}#{sheet}" if sheet else file_name(source)


def inline_mapping(source: Source) -> Mapping:
    """The mapping written in study.yaml; without one, names and values are ours."""
    return source.mapping if isinstance(source.mapping, Mapping) else OURS


def _table_problems(study: Study, source: Source) -> list[Problem]:
    if source.table not in TABLES:
        near = nearest(source.table, TABLES)
        known = f"did you mean {near}?" if near else f"use one of {', '.join(TABLES)}"
        return [_study_problem("table", "unknown_table", f"{source.table} is unknown", known)]
    present = {other.table for other in study.sources}
    problems = [
        _study_problem(
            "table", "needs_table", f"{source.table} needs the table {needed}", "add its source"
        )
        for needed in TABLES[source.table].meta.needs
        if needed not in present
    ]
    name = source_name(source)
    same = [o for o in study.sources if (o.table, source_name(o)) == (source.table, name)]
    if len(same) > 1 and same[-1] is source:
        what = f"{name if source.path else 'a query'} is read twice into {source.table}"
        remedy = "keep one of them" if source.path else "join them with UNION ALL"
        problems.append(_study_problem("path", "repeated", what, remedy))
    return problems


def _mapping_problems(source: Source) -> list[Problem]:
    if source.table not in TABLES:
        return []
    preset = preset_of(source)
    if preset is not None and preset_table(source) is None:
        return [_preset_problem(preset, source.table)]
    if not isinstance(source.mapping, Mapping):
        return []
    return mapping_problems(source.table, source.mapping)


def _preset_problem(preset: str, table: str) -> Problem:
    known = preset_names()
    if preset in known:
        what = f"the preset {preset} does not fill {table}"
        return _study_problem("mapping", "preset", what, "write the mapping out")
    near = nearest(preset, known)
    remedy = f"did you mean {near}?" if near else f"use one of {', '.join(known)}"
    return _study_problem("mapping", "preset", f"the preset {preset} is not available", remedy)


def _origin_problems(folder: Path, study: Study, source: Source) -> list[Problem]:
    if source.path is None:
        return _connection_problems(source)
    problems = _path_problems(folder, source.path)
    if problems:
        return problems
    if (folder / source.path).is_file():
        return _rights_problems(folder, source.path)
    if (folder / source.path).is_dir():
        what, remedy = "is a folder", "name the file in it"
        return [Problem(source.path, None, None, "missing_file", what, remedy)]
    used = {other.path for other in study.sources}
    free = [path.name for path in folder.iterdir() if path.is_file() and path.name not in used]
    near = nearest(source.path, free)
    told = "; README.md beside it may say where to get it" if "README.md" in free else ""
    remedy = f"did you mean {near}?" if near else f"add the file{told}, or remove the source"
    return [Problem(source.path, None, None, "missing_file", "is not there", remedy)]


def _rights_problems(folder: Path, name: str) -> list[Problem]:
    if os.access(folder / name, os.R_OK):
        return []
    what = "must be readable by whoever runs the program"
    return [Problem(name, None, None, NO_RIGHTS, what, "give the right to read it")]


def _connection_problems(source: Source) -> list[Problem]:
    if VARIABLE.fullmatch(source.connection or ""):
        return []
    what = "connection must name an environment variable, as ${CRM_URL}"
    remedy = "put the address into the environment: study.yaml is no place for a password"
    return [_study_problem("connection", "connection", what, remedy)]


def _path_problems(folder: Path, name: str) -> list[Problem]:
    windows, posix = PureWindowsPath(name), PurePosixPath(name)
    if posix.is_absolute() or windows.drive or ".." in posix.parts or "\\" in name:
        what = f"{name} must lie inside the study folder"
        return [_study_problem("path", "path", what, "use a relative name without ..")]
    path = folder / name
    if not path.resolve().is_relative_to(folder.resolve()):
        what = f"{name} is a link that leaves the study folder"
        return [_study_problem("path", "path", what, "copy the file into the folder")]
    if path.suffix.lower() not in SUFFIXES:
        what = f"{name} is of a kind that cannot be read"
        return [
            _study_problem("path", "file_type", what, "save it as CSV, XLSX, JSON lines or Parquet")
        ]
    return []


def _study_problem(column: str, rule: str, message: str, remedy: str) -> Problem:
    return Problem(STUDY_FILE, None, column, rule, message, remedy)
