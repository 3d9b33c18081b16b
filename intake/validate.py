"""A dry run of the inputs: every problem of every file, through the functions a run uses."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import ibis

from intake.accounts import check_limits, contract_violations, count_rows
from intake.consequences import HELD_BACK, HeldBack
from intake.core import build_core
from intake.database import fetch_queries
from intake.lenient import MISSING, read_leniently, without_absent
from intake.mapped import DATED_BY, PRECISION, MappingReport, filled_cells, mapping_report
from intake.name_review import name_problems
from intake.plan_checks import NAMED, PLAN_FILE, require_names, unknown_names, unused_settings
from intake.problems import Outcome, Problem, Rejected
from intake.read import source_notes
from intake.reasons import Place, first_values, quarantine_problems, quarantine_rows
from intake.staged import scratch_folder
from intake.study import check_source, load_plan, read_study
from schemas.findings import RowAccount
from schemas.plan import Plan
from schemas.registry import TABLE_ORDER
from schemas.study import Study

SAMPLE_ROWS = 1_000
SHOWN_VALUES = 10
ORDER: tuple[Outcome, ...] = (
    "REJECT_FILE",
    "QUARANTINE_ROW",
    "SUPERSEDED",
    "OUT_OF_WINDOW",
    "WARN",
)
LIMIT = "max_quarantined_share"
LISTED = "correct its rows, which are listed here"
BY_FORMAT = f"declare the format of {DATED_BY} as proposed, or add the column"
NOT_BLOCKING = ("needs_table",)
"""Defects of a source that keep a run from starting and not its rows from being checked."""


@dataclass(frozen=True)
class ValidationReport:
    """What a run would make of the inputs; `problems` groups the rows that break one rule.

    `by_table` are those found in the rows of each table, `study` the sources that can be read.
    `values` shows the first cell of some problems: for the analyst's terminal, nowhere else.
    """

    tables: tuple[RowAccount, ...]
    mapping: MappingReport
    problems: tuple[Problem, ...]
    by_table: dict[str, tuple[Problem, ...]] = field(default_factory=dict, repr=False)
    values: dict[Place, str] = field(default_factory=dict, repr=False)
    study: Study | None = field(default=None, repr=False)

    @property
    def is_rejected(self) -> bool:
        """Whether a run would stop."""
        return any(problem.outcome == "REJECT_FILE" for problem in self.problems)

    def to_json(self) -> dict[str, Any]:
        """Plain dicts for `validate --json`; every row of a group is an entry of its own."""
        mapping = asdict(self.mapping)
        names = ("matched", "guessed", "ignored", "missing")
        return {
            "tables": [account.model_dump() for account in self.tables],
            "mapping": {name: list(mapping[name]) for name in names},
            "problems": [_entry(one) for problem in self.problems for one in _single(problem)],
        }


@dataclass
class _Pass:
    """What is known so far, table after table."""

    backend: ibis.BaseBackend
    folder: Path
    study: Study
    problems: list[Problem]
    accepted: dict[str, ibis.Table] = field(default_factory=dict)
    accounts: list[RowAccount] = field(default_factory=list)
    mapping: MappingReport = field(default_factory=MappingReport)
    by_table: dict[str, tuple[Problem, ...]] = field(default_factory=dict)
    values: dict[Place, str] = field(default_factory=dict)
    held: HeldBack = field(default_factory=HeldBack)


def validate_study(folder: Path, backend: ibis.BaseBackend) -> ValidationReport:
    """Read, type and check every table of a study, and collect instead of stopping."""
    plan, problems = _plan(folder)
    try:
        study = read_study(folder)
    except Rejected as rejected:
        return ValidationReport((), MappingReport(), (*rejected.problems, *problems))
    found = {place: check_source(folder, study, s) for place, s in enumerate(study.sources)}
    problems += [problem for told in found.values() for problem in told]
    readable = [s for place, s in enumerate(study.sources) if not _blocks(found[place])]
    problems += unused_settings(folder, study, plan)
    study = study.model_copy(update={"sources": readable})
    study, unread = fetch_queries(study, lambda: scratch_folder(backend))
    done = _Pass(backend, folder, study, [*problems, *unread])
    named = {source.table for source in study.sources}
    for table in [table for table in TABLE_ORDER if table in named]:
        _add(done, table, _check_table(done, table))
    _add(done, "partner", name_problems(done.accepted))
    if plan is not None:
        done.problems += unknown_names(folder / PLAN_FILE, plan, done.study, done.accepted)
    ordered = tuple(sorted(done.problems, key=_rank))
    accounts = tuple(done.accounts)
    return ValidationReport(accounts, done.mapping, ordered, done.by_table, done.values, done.study)


def _add(done: _Pass, table: str, problems: Sequence[Problem]) -> None:
    """Keep problems of a table's rows."""
    done.problems += problems
    done.by_table[table] = (*done.by_table.get(table, ()), *problems)


def require_plan_names(folder: Path, backend: ibis.BaseBackend) -> None:
    """Raise `Rejected` where the plan names what no accepted row has; only few tables are read.

    Tables that cannot be read are not asked: a run refuses them.
    """
    plan, study = load_plan(folder), read_study(folder)
    if plan is None:
        return
    sources = [source for source in study.sources if source.table in NAMED]
    study, unread = fetch_queries(
        study.model_copy(update={"sources": sources}), lambda: scratch_folder(backend)
    )
    if unread:
        raise Rejected(unread)
    accepted = {}
    for table in dict.fromkeys(source.table for source in study.sources):
        read = read_leniently(backend, folder, study, table)
        if read.raw is not None and read.is_whole:
            accepted[table] = build_core(table, read.raw, {}, study, backend).accepted
    require_names(folder / PLAN_FILE, plan, study, accepted)


def _check_table(done: _Pass, table: str) -> list[Problem]:
    """What one table has to say; a table that a run would refuse is a parent of none."""
    read = read_leniently(done.backend, done.folder, done.study, table)
    cells = _sample(read.raw)
    reports = [mapping_report(file, cells.get(file.name, {})) for file in read.files]
    mapping = sum(reports, MappingReport())
    done.mapping += mapping
    problems = [_with_guess(problem, mapping) for problem in read.problems]
    if read.raw is None:
        return problems
    core = build_core(table, read.raw, done.accepted, done.study, done.backend)
    aside = without_absent(core.quarantine, read.absent)
    problems += [*core.problems, *_told(done, table, read.raw, aside, core.problems)]
    if not read.is_whole:
        return problems
    accounts = count_rows(table, read.raw, core.accepted, core.quarantine)
    done.accounts += accounts
    if not core.problems:
        done.accepted[table] = core.accepted
    notes = source_notes(done.folder, done.study, table)
    return [*problems, *notes, *_beyond_limits(table, core.accepted, accounts, done.study)]


def _told(
    done: _Pass,
    table: str,
    raw: ibis.Table,
    quarantine: ibis.Table,
    rejections: Sequence[Problem],
) -> list[Problem]:
    """Every defect of a row once: not again for what rejects the file, or for its parent."""
    rows = done.held.told(table, raw, quarantine_rows(quarantine), done.study)
    rejected = {(p.source_file, p.column, p.rule) for p in rejections}
    problems = [
        problem
        for problem in quarantine_problems(done.study, quarantine, rows)
        if (problem.source_file, problem.column, problem.rule) not in rejected
    ]
    done.values |= first_values(done.study, quarantine, problems[:SHOWN_VALUES])
    return problems


def _beyond_limits(
    table: str, accepted: ibis.Table, accounts: list[RowAccount], study: Study
) -> list[Problem]:
    remedy = "report this: it is a fault of the program"
    found = [
        Problem(table, None, None, "contract", told, remedy)
        for told in contract_violations(table, accepted)
    ]
    try:
        check_limits(accounts, study)
    except Rejected as rejected:
        found += [replace(problem, remedy=LISTED) for problem in rejected.problems]
    return found


def _with_guess(problem: Problem, mapping: MappingReport) -> Problem:
    """A missing column with the column that could be it, or with what would stand in for it."""
    for guess in mapping.guessed:
        if (guess.source_file, guess.column) == (problem.source_file, problem.column):
            remedy = f"is it {guess.source_column}? Rename it, or map it in study.yaml"
            return replace(problem, remedy=remedy) if problem.rule == MISSING else problem
    is_lacking = any(
        (lacking.source_file, lacking.column) == (problem.source_file, problem.column)
        for lacking in mapping.missing
    )
    if problem.rule == MISSING and problem.column == PRECISION and not is_lacking:
        return replace(problem, remedy=BY_FORMAT)
    return problem


def _sample(raw: ibis.Table | None) -> dict[str, dict[str, list[str]]]:
    """The filled cells of the first rows of each file, by file and column."""
    if raw is None:
        return {}
    rows = raw.limit(SAMPLE_ROWS).to_pyarrow().to_pylist()
    files = {row["source_file"] for row in rows}
    return {
        file: filled_cells([row for row in rows if row["source_file"] == file]) for file in files
    }


def _blocks(problems: list[Problem]) -> bool:
    return any(problem.rule not in NOT_BLOCKING for problem in problems)


def _rank(problem: Problem) -> tuple[int, bool]:
    """What stops a run comes first, what follows from something else after it."""
    return ORDER.index(problem.outcome), problem.rule in (LIMIT, HELD_BACK)


def _plan(folder: Path) -> tuple[Plan | None, list[Problem]]:
    try:
        return load_plan(folder), []
    except Rejected as rejected:
        return None, list(rejected.problems)


def _single(problem: Problem) -> list[Problem]:
    if problem.count == 1:
        return [problem]
    return [replace(problem, row=row, count=1, rows=()) for row in problem.rows]


def _entry(problem: Problem) -> dict[str, Any]:
    names = ("source_file", "row", "column", "rule", "message", "remedy", "outcome")
    return {name: getattr(problem, name) for name in names}
