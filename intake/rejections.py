"""Defects of single cells that make a whole file unusable: no sum or date of it can be trusted."""

from typing import Any

import ibis

from intake.checks import Rule
from intake.money import MISSING_RATE, ORIGIN
from intake.parse import ambiguous_date
from intake.problems import Problem
from intake.typed import Build

MAX_SHOWN = 100


def rejections(build: Build, rows: ibis.Table, failures: ibis.Table) -> tuple[Problem, ...]:
    """Why a file is rejected, one problem each; `failures` has `source_file, source_row, rule_no`.

    F05: most dates of a column may be read in two ways and no format is declared; a single such
    cell among ISO dates is only quarantined. F20: an amount has no rate on its date.
    """
    dates = {c.name: ambiguous_date(c.name) for c in build.spec.data_columns if c.kind == "date"}
    numbers = {
        number: rule
        for number, rule in enumerate(build.catalogue.rules)
        if rule.name == MISSING_RATE or rule == dates.get(str(rule.column))
    }
    found = _found(failures, list(numbers)) if numbers else []
    problems = []
    for row in found:
        rule = numbers[row["rule_no"]]
        if rule.name == MISSING_RATE:
            problems += _missing_rates(rows, failures, row, rule)
        elif row["count"] > _readable(rows, row["source_file"], str(rule.column)):
            problems.append(_problem(row, rule, rule.message))
    return tuple(problems)


def _found(failures: ibis.Table, numbers: list[int]) -> list[dict[str, Any]]:
    chosen = failures.filter(failures.rule_no.isin(numbers))
    grouped = chosen.group_by("source_file", "rule_no").agg(
        count=chosen.count(), row=chosen.source_row.min()
    )
    listed: list[dict[str, Any]] = grouped.order_by("row", "rule_no").to_pyarrow().to_pylist()
    return listed


def _readable(rows: ibis.Table, file: str, column: str) -> int:
    """How many dates of the column could be read in this file."""
    mine = rows.filter(rows.is_kept, rows.source_file == file)
    return int(mine[column].count().to_pyarrow().as_py())


def _missing_rates(
    rows: ibis.Table, failures: ibis.Table, found: dict[str, Any], rule: Rule
) -> list[Problem]:
    """One problem per currency and year that has no rate."""
    chosen = failures.filter(
        failures.rule_no == found["rule_no"], failures.source_file == found["source_file"]
    )
    year = rows.year if "year" in rows.columns else rows.start_date.year()
    lacking = rows.semi_join(chosen, ORIGIN).mutate(year=year)
    grouped = lacking.group_by("source_file", "currency", "year").agg(
        count=lacking.count(), row=lacking.source_row.min()
    )
    listed = grouped.order_by("row").limit(MAX_SHOWN).to_pyarrow().to_pylist()
    return [
        _problem(row, rule, f"{row['currency']} of {row['year']} has no rate") for row in listed
    ]


def _problem(row: dict[str, Any], rule: Rule, message: str) -> Problem:
    told = f"{message} in {row['count']} rows" if row["count"] > 1 else message
    return Problem(row["source_file"], row["row"], rule.column, rule.name, told, rule.remedy)
