"""The contract itself: every table and column says what it is, once."""

import datetime as dt
from decimal import Decimal
from typing import Any, get_args

import ibis
import polars as pl
import pytest
from pandera.errors import SchemaErrors

from intake.row_rules import fails, rule_check
from schemas import vocabulary
from schemas.core.base import CoreModel, TableMeta
from schemas.core.rules import Differs, InOrder, Needs, NegativeOnlyWith, RowRule, WhenWord
from schemas.core.unit import Unit
from schemas.registry import TABLE_ORDER, TABLES, ColumnSpec

ALL_COLUMNS = [(spec.name, column) for spec in TABLES.values() for column in spec.columns]
DESIGN = {
    "engagement": (
        "engagement_id, payer_id, partner_id, initiative_id?, start_date, end_date?, "
        "date_precision, activity_type, kind?, beneficiary?, lifecycle_phase?, "
        "engagement_level?, initiated_by?, amount?, currency?, amount_reporting?, "
        "funding_type?, agreement_id?, agreement_start?, agreement_end?, staff_hours?, "
        "participant_hours?, participant_count?, is_product_linked?, product_id?, "
        "condition_code?, unit_id?, has_written_agreement?, fmv_rate?, paid_rate?, "
        "approval_date?, disclosed_date?, disclosure_scheme?, reverses_engagement_id?, "
        "recorded_date?, purpose?"
    ),
    "engagement_allocation": "engagement_id, initiative_id?, unit_id?, subgroup_id?, share",
    "kind_override": "engagement_id, kind, reason",
    "patient_input": (
        "input_id, engagement_id, received_date, topic, decision_area?, decision_date?, "
        "decision_status, reason?, artefact_type?, artefact_id?, feedback_date?, "
        "influence_company?, influence_partner?, subgroup_id?"
    ),
    "decision": (
        "decision_id, product_id?, lifecycle_phase, decision_area, decision_date, input_id?"
    ),
    "exposure": (
        "initiative_id, unit_id, start_date, end_date?, dose?, dose_unit?, assignment, "
        "assignment_level?, block_id?, assignment_probability?, anticipated_from?"
    ),
    "outcome": (
        "measure_id, unit_id, period_start, subgroup_id, value?, numerator?, denominator?, "
        "person_count?, std_error?, status, lower_bound?, upper_bound?, recorded_date?"
    ),
    "initiative": (
        "initiative_id, name, theory_of_change?, owner_function?, budget?, currency?, "
        "registered_date?"
    ),
    "partner": (
        "partner_id, name, org_type, parent_partner_id?, is_anonymous?, country_code?, "
        "condition_code?, annual_income?, income_currency?, is_patient_governed?, "
        "is_charity_assistance?"
    ),
    "alias": "partner_id, canonical_partner_id",
    "measure": (
        "measure_id, name, unit_label, scale, direction, family, period?, valid_min?, "
        "valid_max?, is_proxy?, source?"
    ),
    "unit": "unit_id, name, unit_type, parent_id?, region_code?, population?, neighbour_ids?",
    "subgroup": "subgroup_id, dimension, level",
    "fx_rate": "currency, to_currency, rate_date, rate",
    "partner_survey": "partner_id, wave, item_id, score, scale_max, invited_count?",
    "public_disclosure": (
        "scheme, declared_by, year, payer_id, partner_id, amount, currency, purpose?"
    ),
    "product_event": "product_id, event, event_date, region_code?",
    "population_need": "condition_code, unit_id, subgroup_id, period_start, prevalent_count",
}


@pytest.mark.parametrize("table", list(DESIGN))
def test_columns_are_those_of_the_design_in_its_order(table: str) -> None:
    declared = [f"{c.name}?" if c.nullable else c.name for c in TABLES[table].data_columns]
    assert declared == DESIGN[table].split(", ")


def test_the_registry_has_every_table_once_parents_first() -> None:
    assert set(TABLE_ORDER) == set(DESIGN)
    place = {name: number for number, name in enumerate(TABLE_ORDER)}
    for spec in TABLES.values():
        for key in spec.foreign_keys:
            assert place[key.parent] <= place[spec.name]
            assert key.parent_column in TABLES[key.parent].column_names


@pytest.mark.parametrize(("table", "column"), ALL_COLUMNS)
def test_every_column_says_what_it_is(table: str, column: ColumnSpec) -> None:
    assert column.description.endswith("."), (table, column.name)
    assert column.unit
    if column.name.endswith("_date"):
        assert column.kind == "date"
    if column.name.startswith(("is_", "has_")):
        assert column.kind == "flag"
    if column.name.endswith("_id"):
        assert column.kind == "id"
    if column.name.endswith("_count"):
        assert column.kind == "count"


def test_the_same_name_has_the_same_kind_everywhere() -> None:
    kinds: dict[str, set[str]] = {}
    for _table, column in ALL_COLUMNS:
        kinds.setdefault(column.name, set()).add(column.kind)
    assert {name: found for name, found in kinds.items() if len(found) > 1} == {}


def test_keys_rules_and_windows_name_columns_of_their_table() -> None:
    for spec in TABLES.values():
        meta = spec.meta
        named = {*spec.key, *(rule.column for rule in meta.rules), *_set_columns(spec.name)}
        assert named <= set(spec.column_names)
        assert set(meta.needs) <= set(TABLES)


def _set_columns(table: str) -> set[str]:
    meta = TABLES[table].meta
    found = {meta.window_column} if meta.window_column else set()
    if meta.no_overlap is not None:
        group, start, end = meta.no_overlap
        found |= {*group, start, end}
    return found | set(meta.shares_sum or ())


def test_closed_lists_come_from_the_vocabulary() -> None:
    activity = TABLES["engagement"].column("activity_type")
    assert activity.allowed == get_args(vocabulary.ActivityType)
    assert TABLES["outcome"].column("status").allowed == get_args(vocabulary.OutcomeStatus)


def test_the_specification_is_read_off_the_model() -> None:
    spec = TABLES["engagement"]
    assert spec.description == (spec.model.__doc__ or "").strip()
    assert spec.required == (
        "engagement_id",
        "payer_id",
        "partner_id",
        "start_date",
        "date_precision",
        "activity_type",
    )
    assert "recorded_date" in spec.date_columns
    assert {"amount", "staff_hours", "participant_count"} <= set(spec.number_columns)
    assert spec.column("end_date").may_be_future
    assert TABLES["measure"].column("scale").default == 1.0
    assert "scale" not in TABLES["measure"].required
    assert TABLES["partner_survey"].key == ()


def test_a_table_without_key_or_rules_says_nothing_more() -> None:
    assert CoreModel.meta() == TableMeta()


def unit_frame(**cells: Any) -> pl.DataFrame:
    row = {
        "unit_id": "north",
        "name": "North",
        "unit_type": "region",
        "parent_id": None,
        "region_code": None,
        "population": 5.0,
        "neighbour_ids": None,
        "source_file": "unit.csv",
        "source_row": 2,
        **cells,
    }
    types = dict.fromkeys(row, pl.String) | {"population": pl.Float64, "source_row": pl.Int64}
    return pl.DataFrame([row], schema=types | {k: pl.String for k in cells if k not in types})


def test_a_row_that_keeps_the_contract_passes() -> None:
    assert Unit.validate(unit_frame(), lazy=True).height == 1


@pytest.mark.parametrize(
    "cells",
    [
        {"unit_type": "town"},
        {"name": None},
        {"population": -1.0},
        {"parent_id": "north"},
        {"source_row": 0},
        {"colour": "red"},
    ],
)
def test_a_row_that_breaks_the_contract_does_not(cells: dict[str, Any]) -> None:
    with pytest.raises(SchemaErrors):
        Unit.validate(unit_frame(**cells), lazy=True)


DAY = dt.date(2001, 1, 1)
CASES: list[tuple[RowRule, dict[str, Any], bool]] = [
    (InOrder("a", "b"), {"a": DAY, "b": DAY}, True),
    (InOrder("a", "b"), {"a": DAY, "b": dt.date(2000, 1, 1)}, False),
    (InOrder("a", "b"), {"a": DAY, "b": None}, True),
    (NegativeOnlyWith("n", "s"), {"n": Decimal(-1), "s": None}, False),
    (NegativeOnlyWith("n", "s"), {"n": Decimal(-1), "s": "e1"}, True),
    (NegativeOnlyWith("n", "s"), {"n": None, "s": None}, True),
    (Needs("s", ("a", "b")), {"s": "x", "a": None, "b": None}, False),
    (Needs("s", ("a", "b")), {"s": "x", "a": None, "b": DAY}, True),
    (Needs("s", ("a", "b")), {"s": None, "a": None, "b": None}, True),
    (WhenWord("n", "s", ("x", "y"), given=True), {"s": "x", "n": None}, False),
    (WhenWord("n", "s", ("x", "y"), given=True), {"s": "z", "n": None}, True),
    (WhenWord("n", "s", ("x", "y"), given=False), {"s": "y", "n": Decimal(0)}, False),
    (WhenWord("n", "s", ("x", "y"), given=False), {"s": None, "n": Decimal(0)}, True),
    (Differs("s", "r"), {"s": "x", "r": "x"}, False),
    (Differs("s", "r"), {"s": "x", "r": "y"}, True),
    (Differs("s", "r"), {"s": None, "r": "y"}, True),
]
POLARS = {"a": pl.Date, "b": pl.Date, "n": pl.Decimal(18, 4), "s": pl.String, "r": pl.String}
IBIS = {"a": "date", "b": "date", "n": "decimal(18, 4)", "s": "string", "r": "string"}


@pytest.mark.parametrize(("rule", "cells", "holds"), CASES)
def test_a_rule_says_the_same_in_polars_and_in_ibis(
    rule: RowRule, cells: dict[str, Any], holds: bool
) -> None:
    row = {**dict.fromkeys(POLARS), **cells}
    frame = pl.DataFrame([row], schema=POLARS)
    assert frame.select(rule.holds()).item() is holds
    table = ibis.memtable(frame.to_arrow(), schema=ibis.schema(IBIS))
    check = rule_check(rule, table, {name: table[name].notnull() for name in IBIS})
    assert bool(table.select(broken=check.fails).to_pyarrow()["broken"][0].as_py()) is not holds
    assert check.rule.message == rule.message
    assert rule.column in rule.message


def test_a_rule_without_an_expression_is_an_error() -> None:
    table = ibis.memtable({"a": [1]})
    with pytest.raises(NotImplementedError, match="object"):
        fails(object(), table, {})
