"""A dry run of the inputs: every problem of every file, through the functions a run uses."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import ibis
from ibis.util import gen_name

from intake.accounts import check_limits, contract_violations, count_rows
from intake.core import build_core
from intake.mapped import MappingReport, mapping_report
from intake.plan_checks import PLAN_FILE, unknown_dimensions, unknown_ids, unused_settings
from intake.problems import Problem, Rejected
from intake.read import read_raw, source_notes
from intake.reasons import quarantine_problems
from intake.study import check_source, load_plan, read_study
from schemas.findings import RowAccount
from schemas.plan import Plan
from schemas.registry import TABLE_ORDER
from schemas.study import Study


@dataclass(frozen=True)
class ValidationReport:
    """What a run would make of the inputs; `problems` groups the rows that break one rule."""

    tables: tuple[RowAccount, ...]
    mapping: MappingReport
    problems: tuple[Problem, ...]

    @property
    def is_rejected(self) -> bool:
        """Whether a run would stop."""
        return any(problem.outcome == "REJECT_FILE" for problem in self.problems)

    def to_json(self) -> dict[str, Any]:
        """Plain dicts for `validate --json`; every row of a group is an entry of its own."""
        return {
            "tables": [account.model_dump() for account in self.tables],
            "mapping": {name: list(found) for name, found in asdict(self.mapping).items()},
            "problems": [_entry(one) for problem in self.problems for one in _single(problem)],
        }


@dataclass(frozen=True)
class _Checked:
    """One table that could be read."""

    accepted: ibis.Table
    accounts: list[RowAccount]
    problems: list[Problem]


def validate_study(folder: Path, backend: ibis.BaseBackend) -> ValidationReport:
    """Read, type and check every table of a study, and collect instead of stopping."""
    plan, problems = _plan(folder)
    try:
        study = read_study(folder)
    except Rejected as rejected:
        return ValidationReport((), MappingReport(), (*rejected.problems, *problems))
    found = {place: check_source(folder, study, s) for place, s in enumerate(study.sources)}
    problems += [problem for told in found.values() for problem in told]
    readable = [source for place, source in enumerate(study.sources) if not found[place]]
    problems += unused_settings(folder, study, plan)
    study = study.model_copy(update={"sources": readable})
    accepted: dict[str, ibis.Table] = {}
    accounts: list[RowAccount] = []
    named = {source.table for source in study.sources}
    for table in [table for table in TABLE_ORDER if table in named]:
        try:
            checked = _check_table(backend, folder, study, table, accepted)
        except Rejected as rejected:
            problems += rejected.problems
            continue
        accepted[table] = checked.accepted
        accounts += checked.accounts
        problems += checked.problems
    if plan is not None and {"initiative", "measure"} <= set(accepted):
        ids = [_ids(accepted[table], f"{table}_id") for table in ("initiative", "measure")]
        problems += unknown_ids(folder / PLAN_FILE, plan, *ids)
    if plan is not None:
        dimensions = _ids(accepted["subgroup"], "dimension") if "subgroup" in accepted else []
        problems += unknown_dimensions(folder / PLAN_FILE, plan, dimensions)
    return ValidationReport(tuple(accounts), mapping_report(folder, study), tuple(problems))


def _check_table(
    backend: ibis.BaseBackend,
    folder: Path,
    study: Study,
    table: str,
    parents: Mapping[str, ibis.Table],
) -> _Checked:
    raw = read_raw(backend, folder, study, table)
    core = build_core(table, raw, parents, study, backend)
    accepted = backend.create_table(gen_name(f"core_{table}"), core.accepted, temp=True)
    accounts = count_rows(table, raw, accepted, core.quarantine)
    problems = source_notes(folder, study, table) + quarantine_problems(study, core.quarantine)
    remedy = "report this: it is a fault of the program"
    problems += [
        Problem(table, None, None, "contract", told, remedy)
        for told in contract_violations(table, accepted)
    ]
    try:
        check_limits(accounts, study)
    except Rejected as rejected:
        problems += rejected.problems
    return _Checked(accepted, accounts, problems)


def _plan(folder: Path) -> tuple[Plan | None, list[Problem]]:
    try:
        return load_plan(folder), []
    except Rejected as rejected:
        return None, list(rejected.problems)


def _ids(table: ibis.Table, column: str) -> list[str]:
    found: list[str] = table[column].to_pyarrow().to_pylist()
    return found


def _single(problem: Problem) -> list[Problem]:
    if problem.count == 1:
        return [problem]
    return [replace(problem, row=row, count=1, rows=()) for row in problem.rows]


def _entry(problem: Problem) -> dict[str, Any]:
    names = ("source_file", "row", "column", "rule", "message", "remedy", "outcome")
    return {name: getattr(problem, name) for name in names}
