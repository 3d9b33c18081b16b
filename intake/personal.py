"""Personal data in free text: rows that hold some are set aside, and what they hold is not told."""

from collections.abc import Iterator, Set
from functools import reduce
from operator import or_

import ibis

from intake.checks import Rule
from intake.keys import ORIGIN
from intake.personal_rules import PERSONAL_RULES, PREFILTER, kinds_of_personal_data
from intake.typed import Build

REMEDY = "remove it from the text; personal data has no place in this log"


def personal_data(build: Build, rows: ibis.Table, filled: Set[str]) -> list[ibis.Table]:
    """Rows whose free text holds personal data, in long form; one entry per column and kind.

    The engine finds cells that have the shape of an identifier; only those are looked at one
    by one, for their check digits. Only columns that are `filled` in some row hold any.
    """
    names = tuple(name for name in build.spec.of_kind("text") if name in filled)
    if not names:
        return []
    shaped = reduce(or_, [rows[name].re_search(PREFILTER) for name in names])
    cells = rows.filter(shaped).select(*ORIGIN, *names).to_pyarrow().to_pylist()
    found = list(_found(build, names, cells))
    if not found:
        return []
    schema = ibis.schema({"source_file": "string", "source_row": "int64", "rule_no": "int64"})
    return [ibis.memtable(found, schema=schema)]


def _found(
    build: Build, names: tuple[str, ...], cells: list[dict[str, str]]
) -> Iterator[dict[str, object]]:
    numbers: dict[tuple[str, str], int] = {}
    for row in cells:
        for name in names:
            for kind in kinds_of_personal_data(row[name] or ""):
                if (name, kind) not in numbers:
                    numbers[(name, kind)] = build.catalogue.number(_rule(name, kind))
                yield {
                    **{place: row[place] for place in ORIGIN},
                    "rule_no": numbers[(name, kind)],
                }


def _rule(column: str, kind: str) -> Rule:
    what = PERSONAL_RULES[kind].what
    return Rule(column, f"personal_{kind}", f"{column} holds {what}", REMEDY)
