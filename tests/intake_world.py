"""Small study folders for tests of intake, and the engine they are read with."""

import atexit
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import ibis
import yaml

from intake.core import CoreTables, build_core
from intake.problems import Problem, Rejected
from intake.read import read_raw
from intake.study import load_study
from schemas.study import Study

UNIT = "unit_id,name,unit_type\nnorth,North,region\nsouth,South,region\n"
INITIATIVE = "initiative_id,name\nscreening,Screening\n"
MEASURE = "measure_id,name,unit_label,direction,family\ndelay,Delay,days,lower_better,clinical\n"
OUTCOME_HEADER = "measure_id,unit_id,period_start,subgroup_id,value,numerator,denominator,status\n"
OUTCOME = OUTCOME_HEADER + "delay,north,2001-01-01,all,5,,,observed\n"
PARTNER = "partner_id,name,org_type\np1,NA,patient_org\n"
ENGAGEMENT_HEADER = (
    "engagement_id,payer_id,partner_id,start_date,end_date,date_precision,activity_type,"
    "amount,currency,reverses_engagement_id\n"
)
ENGAGEMENT = ENGAGEMENT_HEADER + "e1,us,p1,2001-02-03,,day,meeting,100.50,EUR,\n"
WORLD = {
    "unit.csv": UNIT,
    "initiative.csv": INITIATIVE,
    "measure.csv": MEASURE,
    "outcome.csv": OUTCOME,
    "partner.csv": PARTNER,
    "engagement.csv": ENGAGEMENT,
}
PLAN = {
    "effects": [
        {
            "effect_id": "shorter_delay",
            "initiative_id": "screening",
            "measure_id": "delay",
            "smallest_worthwhile_effect": 1.0,
        }
    ]
}

PARENTS: dict[tuple[tuple[str, ...], str, tuple[bytes, ...]], ibis.Table] = {}
"""Core tables that several tests refer to."""


@cache
def engine() -> ibis.BaseBackend:
    """One in-memory engine for all tests; every table made in it has a new name."""
    scratch = tempfile.TemporaryDirectory()
    backend = ibis.duckdb.connect(temp_directory=scratch.name)
    atexit.register(scratch.cleanup)
    atexit.register(backend.disconnect)
    return backend


def write_study(folder: Path, files: Mapping[str, str | bytes], **settings: Any) -> Path:
    """A study folder with one source per file, named for its table; `settings` override."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        data = content if isinstance(content, bytes) else content.encode()
        (folder / name).write_bytes(data)
    study = {
        "study_id": "small",
        "title": "A small study",
        "period": "year",
        "window": {"start": "2000-01-01", "end": "2009-12-31"},
        "as_of": "2010-06-30",
        "currency": "EUR",
        "max_quarantined_share": 1.0,
        "sources": [{"table": name.split(".")[0], "path": name} for name in files],
        **settings,
    }
    (folder / "study.yaml").write_text(yaml.safe_dump(study, sort_keys=False))
    return folder


def built(folder: Path, table: str, *parents: str) -> CoreTables:
    """A core table of a study folder, after the parents it refers to."""
    study = load_study(folder)
    accepted: dict[str, ibis.Table] = {}
    for place, name in enumerate(parents):
        accepted[name] = _parent(folder, study, parents[: place + 1], accepted)
    raw = read_raw(engine(), folder, study, table)
    return build_core(table, raw, accepted, study, engine())


def _parent(
    folder: Path, study: Study, names: tuple[str, ...], accepted: Mapping[str, ibis.Table]
) -> ibis.Table:
    """Accepted rows of the last of `names`, made once for the same files and settings."""
    mine = study.model_copy(update={"sources": [s for s in study.sources if s.table in names]})
    files = tuple((folder / str(source.path)).read_bytes() for source in mine.sources)
    key = (names, mine.model_dump_json(), files)
    if key not in PARENTS:
        raw = read_raw(engine(), folder, study, names[-1])
        PARENTS[key] = build_core(names[-1], raw, accepted, study, engine()).accepted
    return PARENTS[key]


def rows(table: ibis.Table) -> list[dict[str, Any]]:
    """All rows as dictionaries."""
    found: list[dict[str, Any]] = table.to_pyarrow().to_pylist()
    return found


def reasons(tables: CoreTables) -> list[tuple[int, str | None, str, str]]:
    """Row, column, rule and disposition of everything in quarantine."""
    return [
        (row["source_row"], row["column_name"], row["rule"], row["disposition"])
        for row in rows(tables.quarantine)
    ]


def only_problem(rejected: Rejected) -> Problem:
    """The one problem of a rejection that has one."""
    (problem,) = rejected.problems
    return problem
