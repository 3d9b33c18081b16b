"""Quarantine in words: rows that break one rule are one problem, with the nearest allowed word."""

import json
from collections import defaultdict
from collections.abc import Iterable
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
Place = tuple[str, int, str]


def quarantine_problems(study: Study, quarantine: ibis.Table) -> list[Problem]:
    """One problem per file, column, rule and remedy, in the order of the first row."""
    suggested = _suggestions(study, quarantine)
    told = quarantine.drop("original", "table_name").to_pyarrow().to_pylist()
    groups: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    for row in told:
        place = (row["source_file"], row["source_row"], row["column_name"])
        remedy = suggested.get(place) if row["rule"] == "not_allowed" else None
        outcome = OUTCOMES[row["disposition"]]
        group = (row["source_file"], row["column_name"], row["rule"], row["message"])
        groups[(*group, remedy or row["remedy"], outcome)].append(row["source_row"])
    problems = [_problem(group, sorted(rows)) for group, rows in groups.items()]
    return sorted(problems, key=lambda p: (p.source_file, p.row or 0, p.column or "", p.rule))


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


def _nearest_word(study: Study, row: dict[str, Any]) -> str | None:
    cells = json.loads(row["original"])
    for name in _source_columns(study, row):
        allowed = TABLES[row["table_name"]].column(row["column_name"]).allowed
        near = nearest(str(cells.get(name)), allowed)
        if near is not None:
            return f"did you mean {near}? Allowed: {', '.join(allowed)}"
    return None


def _source_columns(study: Study, row: dict[str, Any]) -> Iterable[str]:
    for source in study.sources:
        if (source.table, source_name(source)) == (row["table_name"], row["source_file"]):
            yield inline_mapping(source).columns.get(row["column_name"], row["column_name"])
