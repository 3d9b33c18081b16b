"""Expressions taken apart: what a column is made from, which tests it asks, what nobody needs."""

from typing import Any

import ibis

from intake.traced import alternatives, is_alone, made_from, narrowed, needed_columns
from tests.intake_world import engine

NO: Any = ibis.literal(value=False)


def cells() -> ibis.Table:
    rows = {"a": [1, 2], "b": [3, None], "c": ["x", "y"], "is_kept": [True, False]}
    return engine().create_table(ibis.util.gen_name("cells"), ibis.memtable(rows).to_pyarrow())


def test_a_column_is_traced_through_steps_to_the_columns_it_is_made_from() -> None:
    first = cells()
    second = first.mutate(total=first.a + first.b)
    third = second.mutate(more=second.total * 2, same=second.c)
    assert made_from(third.more.op(), first.op()) == {"a", "b"}
    assert made_from(third.same.op(), first.op()) == {"c"}


def test_tests_joined_by_or_are_told_one_by_one() -> None:
    first = cells()
    flags = first.mutate(low=first.a < 0, odd=first.c == "z")
    marked = flags.mutate(broken=(flags.low | flags.odd | (flags.a > flags.b)).fill_null(NO))
    found = list(alternatives(marked.broken.op(), first.op()))
    assert [made_from(test, first.op()) for test in found] == [{"a"}, {"c"}, {"a", "b"}]


def test_a_test_of_kept_rows_is_told_as_if_all_were_kept() -> None:
    first = cells()
    lost = first.is_kept & (first.a < 0)
    marked = first.mutate(broken=lost | (first.a > first.b))
    found = list(alternatives(marked.broken.op(), first.op()))
    assert [made_from(test, first.op()) for test in found] == [{"a"}, {"a", "b"}]


def test_a_value_of_a_joined_row_is_not_alone() -> None:
    first = cells()
    other = ibis.memtable({"c": ["x"], "rate": [2.0]})
    joined = first.left_join(other, "c")
    value = joined.mutate(lacks=joined.rate.isnull(), low=joined.a < 0)
    assert not is_alone(value.lacks.op(), first.op())
    assert is_alone(value.low.op(), first.op())


def test_steps_keep_only_the_columns_that_are_asked_for() -> None:
    first = cells()
    other = ibis.memtable({"c": ["x"], "rate": [2.0]})
    joined = first.left_join(other, "c").select("a", "b", "rate")
    last = joined.mutate(paid=joined.a * joined.rate, sure=joined.b.notnull())
    wanted = narrowed(last, ["paid"])
    assert needed_columns(wanted.op())[first.op()] == {"a", "c"}
    assert sorted(wanted.to_pyarrow()["paid"].to_pylist(), key=str) == [2.0, None]
    assert wanted.columns == ("paid",)


def test_a_table_that_is_asked_whether_it_holds_a_value_is_needed_whole() -> None:
    first = cells()
    known = cells().select("c")
    last = first.mutate(is_known=first.c.isin(known.c), more=first.a + 1)
    wanted = narrowed(last, ["is_known"])
    assert needed_columns(wanted.op())[first.op()] == {"c"}
    assert wanted.to_pyarrow()["is_known"].to_pylist() == [True, True]
