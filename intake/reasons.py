"""Quarantine in words: rows that break one rule are one problem, with the nearest allowed word."""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import ibis

from intake.problems import Outcome, Problem, nearest
from intake.study import inline_mapping, source_name
from schemas.registry import TABLES
from schemas.study import Study

OUTCOMES: dict[str, Outcome] = {
    "quarantined": "QUARANTINE_ROW",
    "superseded": "SUPERSEDED",
    "out_of_window": "OUT_OF_WINDOW",
}
MAX_SUGGESTED = 10_000
"""Rows beyond this many get the list of allowed words and no suggestion."""
MAX_VALUE = 40
FEW_WORDS = 8
"""Beside a suggestion, lists up to this length are told whole."""
PERSONAL = "personal_"
Place = tuple[str, int, str]
Row = dict[str, Any]


def quarantine_rows(quarantine: ibis.Table) -> list[Row]:
    """The rows of quarantine without what stood in them."""
    rows: list[Row] = quarantine.drop("original", "table_name").to_pyarrow().to_pylist()
    return rows


def quarantine_problems(
    study: Study, quarantine: ibis.Table, told: Sequence[Row] | None = None
) -> list[Problem]:
    """One problem per file, column, rule and remedy, in the order of the first row.

    `told` are the rows of `quarantine` where some are to be said in other words.
    """
    suggested = _suggestions(study, quarantine)
    groups: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    for row in quarantine_rows(quarantine) if told is None else told:
        place = (row["source_file"], row["source_row"], row["column_name"])
        remedy = suggested.get(place) if row["rule"] == "not_allowed" else None
        outcome = OUTCOMES[row["disposition"]]
        group = (row["source_file"], row["column_name"], row["rule"], row["message"])
        groups[(*group, remedy or row["remedy"], outcome)].append(row["source_row"])
    problems = [_problem(group, sorted(rows)) for group, rows in groups.items()]
    return sorted(problems, key=lambda p: (p.source_file, p.row or 0, p.column or "", p.rule))


def first_values(
    study: Study, quarantine: ibis.Table, problems: Iterable[Problem]
) -> dict[Place, str]:
    """What stands in the first cell of each problem, shortened: for the analyst's terminal only.

    Personal data is left out, and so is every cell that no column of the source holds alone.
    """
    wanted = {
        (problem.source_file, problem.row, problem.column)
        for problem in problems
        if problem.column and problem.row and not problem.rule.startswith(PERSONAL)
    }
    rows = sorted({row for _file, row, _column in wanted if row is not None})
    if not rows:
        return {}
    found = quarantine.filter(quarantine.source_row.isin(rows)).to_pyarrow().to_pylist()
    places = {(r["source_file"], r["source_row"], r["column_name"]): r for r in found}
    values = {place: _value(study, row) for place, row in places.items() if place in wanted}
    return {place: value for place, value in values.items() if value}


def _problem(group: tuple[Any, ...], rows: list[int]) -> Problem:
    file, column, rule, message, remedy, outcome = group
    many = tuple(rows) if len(rows) > 1 else ()
    return Problem(file, rows[0], column, rule, message, remedy, outcome, len(rows), many)


def _suggestions(study: Study, quarantine: ibis.Table) -> dict[Place, str]:
    """For each cell outside its list of words, the word it looks most like."""
    wrong = quarantine.filter(quarantine.rule == "not_allowed").limit(MAX_SUGGESTED)
    found = {}
    for row in wrong.to_pyarrow().to_pylist():
        near = _nearest_word(study, row)
        if near is not None:
            found[(row["source_file"], row["source_row"], row["column_name"])] = near
    return found


def _nearest_word(study: Study, row: Row) -> str | None:
    allowed = TABLES[row["table_name"]].column(row["column_name"]).allowed
    for text in _cells(study, row):
        near = nearest(text, allowed)
        if near is not None:
            others = f" Allowed: {', '.join(allowed)}" if len(allowed) <= FEW_WORDS else ""
            return f"did you mean {near}?{others}"
    return None


def _value(study: Study, row: Row) -> str:
    cells = _cells(study, row)
    if len(cells) != 1:
        return ""
    shown = "".join(char if char.isprintable() else "\ufffd" for char in cells[0])
    return shown if len(shown) <= MAX_VALUE else shown[: MAX_VALUE - 1] + "…"


def _cells(study: Study, row: Row) -> list[str]:
    """The text of the source's columns that the row's column is read from."""
    cells = json.loads(row["original"])
    names = [name for name in _source_columns(study, row) if name is not None]
    return [str(cells[name]) for name in names if cells.get(name) is not None]


def _source_columns(study: Study, row: Row) -> Iterable[str]:
    for source in study.sources:
        if (source.table, source_name(source)) == (row["table_name"], row["source_file"]):
            yield from inline_mapping(source).source_columns(row["column_name"])
