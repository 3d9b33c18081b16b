"""Small core tables for tests: rows as dictionaries, every other column of the contract null."""

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import ibis
import pandas as pd
import pyarrow as pa

from schemas.plan import Plan
from schemas.study import Study

Row = Mapping[str, Any]
TEXT, NUMBER, DATE, FLAG, MONEY = "string", "float64", "date", "boolean", "decimal(18, 4)"
COLUMNS: dict[str, dict[str, str]] = {
    "engagement": {
        **dict.fromkeys(
            ("engagement_id", "payer_id", "partner_id", "initiative_id", "date_precision"), TEXT
        ),
        **dict.fromkeys(("activity_type", "kind", "beneficiary", "lifecycle_phase"), TEXT),
        **dict.fromkeys(
            ("currency", "product_id", "unit_id", "reverses_engagement_id", "purpose"), TEXT
        ),
        **dict.fromkeys(("start_date", "recorded_date"), DATE),
        **dict.fromkeys(("amount", "amount_reporting"), MONEY),
        "is_product_linked": FLAG,
        "source_file": TEXT,
        "source_row": "int64",
    },
    "engagement_allocation": {
        **dict.fromkeys(("engagement_id", "initiative_id", "unit_id", "subgroup_id"), TEXT),
        "share": NUMBER,
    },
    "exposure": {
        **dict.fromkeys(("initiative_id", "unit_id", "assignment", "assignment_level"), TEXT),
        **dict.fromkeys(("start_date", "end_date", "anticipated_from"), DATE),
        **dict.fromkeys(("dose", "assignment_probability"), NUMBER),
        "block_id": TEXT,
    },
    "outcome": {
        **dict.fromkeys(("measure_id", "unit_id", "subgroup_id", "status"), TEXT),
        "period_start": DATE,
        **dict.fromkeys(("value", "numerator", "denominator"), NUMBER),
        **dict.fromkeys(("person_count", "lower_bound", "upper_bound"), NUMBER),
    },
    "measure": {
        **dict.fromkeys(("measure_id", "name", "unit_label", "direction", "family"), TEXT),
        "period": TEXT,
        "scale": NUMBER,
        "is_proxy": FLAG,
    },
    "unit": {
        **dict.fromkeys(("unit_id", "name", "unit_type", "parent_id", "region_code"), TEXT),
        "population": NUMBER,
        "neighbour_ids": TEXT,
    },
    "kind_override": dict.fromkeys(("engagement_id", "kind", "reason"), TEXT),
    "partner": {
        **dict.fromkeys(("partner_id", "name", "org_type"), TEXT),
        "is_charity_assistance": FLAG,
    },
    "subgroup": dict.fromkeys(("subgroup_id", "dimension", "level"), TEXT),
    "initiative": {
        **dict.fromkeys(("initiative_id", "name", "currency"), TEXT),
        "budget": MONEY,
    },
}
DEFAULTS: dict[str, Row] = {
    "engagement": {
        "date_precision": "day",
        "currency": "EUR",
        "activity_type": "meeting",
        "partner_id": "p1",
    },
    "exposure": {"assignment": "policy"},
    "outcome": {"subgroup_id": "all", "status": "observed", "measure_id": "waiting"},
    "measure": {
        "measure_id": "waiting",
        "name": "Days waited",
        "unit_label": "days",
        "direction": "lower_better",
        "scale": 1.0,
    },
    "unit": {"unit_type": "region"},
    "initiative": {"name": "Earlier diagnosis"},
}


def core(name: str, rows: Sequence[Row] = ()) -> ibis.Table:
    """A core table with the given rows; dates are ISO text."""
    schema = ibis.schema(COLUMNS[name])
    filled = [{**DEFAULTS.get(name, {}), **row} for row in rows]
    columns = {
        column: [_cell(row.get(column), str(kind)) for row in filled]
        for column, kind in COLUMNS[name].items()
    }
    arrow = pa.table(columns, schema=schema.to_pyarrow())
    return ibis.memtable(arrow)


def frame(table: ibis.Table) -> pd.DataFrame:
    """The rows of a table, as pandas."""
    result: pd.DataFrame = table.to_pandas()
    return result


def _cell(value: Any, kind: str) -> Any:
    if kind == DATE and isinstance(value, str):
        return dt.date.fromisoformat(value)
    if kind == MONEY and value is not None:
        return Decimal(str(value)).quantize(Decimal("0.0001"))
    return value


def study(period: str = "month", start: str = "2020-01-01", end: str = "2020-12-31") -> Study:
    """A study with one year of months, unless told otherwise."""
    return Study.model_validate(
        {
            "study_id": "test",
            "title": "A test",
            "period": period,
            "window": {"start": start, "end": end},
            "as_of": end,
            "currency": "EUR",
            "sources": [{"table": "outcome", "path": "outcome.csv"}],
        }
    )


def plan(analysis: Row | None = None, **effect: Any) -> Plan:
    """A plan with one primary effect of initiative `i1` on `waiting`."""
    first = {
        "effect_id": "shorter_wait",
        "initiative_id": "i1",
        "measure_id": "waiting",
        "smallest_worthwhile_effect": 1.0,
        **effect,
    }
    return Plan.model_validate({"effects": [first], "analysis": dict(analysis or {})})
