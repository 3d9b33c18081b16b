"""A check: what must hold in a row, and what happens to a row where it does not."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Literal

import ibis

Disposition = Literal["quarantined", "superseded", "out_of_window"]
IS_BROKEN = "is_broken"
"""Whether a row fails any check."""
FAILURES = "failures"
"""Numbers of the checks a row fails, each followed by a space."""

NOT_YET_RECORDED = "not_yet_recorded"
"""The rule of rows recorded after the study's clock."""


@dataclass(frozen=True)
class Rule:
    """What a quarantine row says, without any cell value."""

    column: str | None
    name: str
    message: str
    remedy: str
    disposition: Disposition = "quarantined"


@dataclass(frozen=True)
class Check:
    """A rule and the expression that is true where a row breaks it."""

    rule: Rule
    fails: ibis.expr.types.BooleanValue


class Catalogue:
    """The rules met while a table is built; each has a number."""

    def __init__(self) -> None:
        self.rules: list[Rule] = []

    def number(self, rule: Rule) -> int:
        """Add a rule and return its number."""
        self.rules.append(rule)
        return len(self.rules) - 1

    def failures(self, checks: Sequence[Check]) -> ibis.expr.types.StringValue:
        """Numbers of the failed checks as text: the empty text where none failed."""
        parts = [ibis.ifelse(check.fails, f"{self.number(check.rule)} ", "") for check in checks]
        return ibis.literal("").concat(*parts) if parts else ibis.literal("")

    def table(self) -> ibis.Table:
        """One row per rule: `rule_no` and what quarantine says."""
        rows = [
            {
                "rule_no": number,
                "column_name": rule.column,
                "rule": rule.name,
                "message": rule.message,
                "remedy": rule.remedy,
                "disposition": rule.disposition,
            }
            for number, rule in enumerate(self.rules)
        ]
        names = ["column_name", "rule", "message", "remedy", "disposition"]
        schema = ibis.schema({"rule_no": "int64", **dict.fromkeys(names, "string")})
        return ibis.memtable(rows, schema=schema)


def any_fails(checks: Sequence[Check]) -> ibis.expr.types.BooleanValue:
    """True where a row fails one of the checks; never null.

    The engine filters on it before it puts the numbers of the failed checks into words.
    """
    no = ibis.literal(value=False)
    return reduce(or_, [check.fails for check in checks], no).fill_null(no)


def listed(table: ibis.Table) -> ibis.Table:
    """The failures of each row in long form: `source_file, source_row, rule_no`."""
    failed = table.filter(table[IS_BROKEN])
    numbers = failed[FAILURES].rstrip().split(" ").unnest().cast("int64")
    return failed.select("source_file", "source_row", rule_no=numbers)


def broken(rows: ibis.Table, number: int) -> ibis.Table:
    """Rows that break one rule, in long form."""
    return rows.select("source_file", "source_row", rule_no=ibis.literal(number, type="int64"))
