"""The rules between columns of `schemas.core.rules` as Ibis expressions."""

from collections.abc import Mapping
from functools import reduce, singledispatch
from operator import or_
from typing import Any

import ibis

from intake.checks import Check, Rule
from schemas.core.rules import Differs, InOrder, Needs, NegativeOnlyWith, RowRule, WhenWord

Given = Mapping[str, Any]
"""For each column, whether its cell was filled: a cell that cannot be read is filled."""


def rule_check(rule: RowRule, table: ibis.Table, given: Given) -> Check:
    """A rule between columns as a check of a typed table."""
    told = Rule(rule.column, rule.name, rule.message, "correct one of them")
    return Check(told, fails(rule, table, given))


@singledispatch
def fails(rule: Any, table: ibis.Table, given: Given) -> Any:
    """True where a row breaks the rule; null or false where it holds."""
    raise NotImplementedError(f"{type(rule).__name__} on {table.columns} and {list(given)}")


@fails.register
def _in_order(rule: InOrder, table: ibis.Table, _given: Given) -> Any:
    return table[rule.first] > table[rule.second]


@fails.register
def _negative(rule: NegativeOnlyWith, table: ibis.Table, given: Given) -> Any:
    return given[rule.column] & (table[rule.column] < 0) & ~given[rule.given]


@fails.register
def _needs(rule: Needs, _table: ibis.Table, given: Given) -> Any:
    return given[rule.column] & ~reduce(or_, [given[name] for name in rule.any_of])


@fails.register
def _when_word(rule: WhenWord, table: ibis.Table, given: Given) -> Any:
    wrong = ~given[rule.column] if rule.given else given[rule.column]
    return table[rule.word_column].isin(rule.words) & wrong


@fails.register
def _differs(rule: Differs, table: ibis.Table, _given: Given) -> Any:
    return table[rule.column] == table[rule.other]
