"""What a mapping says of columns that are not there, or says twice."""

from collections.abc import Iterable
from itertools import combinations

from intake.plan_checks import STUDY_FILE
from intake.problems import Problem, nearest
from schemas.mapping import Mapping
from schemas.registry import TABLES

SAID = {"columns": "a column", "constants": "a constant", "derive": "a rule"}


def mapping_problems(table: str, mapping: Mapping) -> list[Problem]:
    """Names that are not columns of the table, columns said twice, formats of other kinds."""
    spec, style = TABLES[table], mapping.format
    nulls = style.nulls if isinstance(style.nulls, dict) else {}
    given = {
        *mapping.values,
        *mapping.optional,
        *nulls,
        *(n for p in SAID for n in _at(mapping, p)),
    }
    known = [column.name for column in spec.data_columns]
    return [
        *_unknown(table, given, known, "column"),
        *_unknown(table, style.dates, spec.date_columns, "date column"),
        *_unknown(table, style.numbers, spec.number_columns, "number column"),
        *_said_twice(table, mapping),
    ]


def _at(mapping: Mapping, place: str) -> set[str]:
    return set(getattr(mapping, place))


def _unknown(table: str, given: Iterable[str], known: Iterable[str], what: str) -> list[Problem]:
    found = []
    for name in sorted(set(given) - set(known)):
        near = nearest(name, known)
        remedy = f"did you mean {near}?" if near else f"see {table} in docs/data_dictionary.md"
        found.append(_problem("unknown_column", f"{name} is not a {what} of {table}", remedy))
    return found


def _said_twice(table: str, mapping: Mapping) -> list[Problem]:
    return [
        _problem(
            "ambiguous",
            f"{name} of {table} is mapped to {SAID[one]} and to {SAID[other]}",
            "keep one",
        )
        for one, other in combinations(SAID, 2)
        for name in sorted(_at(mapping, one) & _at(mapping, other))
    ]


def _problem(rule: str, message: str, remedy: str) -> Problem:
    return Problem(STUDY_FILE, None, "mapping", rule, message, remedy)
