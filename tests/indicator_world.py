"""Random small studies for the indicators: every table, and whatever the contract allows."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from impact.indicators.tables import IndicatorTables
from schemas import vocabulary
from schemas.findings import Effect
from schemas.registry import TABLES
from schemas.study import Study
from tests.indicator_engine import ENGINE
from tests.indicator_parts import Given
from tests.indicator_world_beside import beside, planned_effects
from tests.indicator_world_draw import Draw

TABLE_NAMES = (
    "engagement",
    "engagement_allocation",
    "partner",
    "unit",
    "subgroup",
    "fx_rate",
    "initiative",
    "measure",
    "exposure",
    "outcome",
    "patient_input",
    "decision",
    "product_event",
    "population_need",
    "partner_survey",
    "public_disclosure",
)
ARROW = {
    "id": pa.string(),
    "text": pa.string(),
    "word": pa.string(),
    "code": pa.string(),
    "source": pa.string(),
    "date": pa.date32(),
    "money": pa.decimal128(18, 4),
    "number": pa.float64(),
    "count": pa.int64(),
    "flag": pa.bool_(),
}


@dataclass(frozen=True)
class World:
    """One study: its rows, and the same as the product and as the reference take them."""

    study: Study
    arrow: dict[str, pa.Table]
    named: frozenset[str]
    effects: tuple[Effect, ...] = ()

    def given(self) -> Given:
        """As the reference takes it."""
        frames = {name: _frame(table) for name, table in self.arrow.items()}
        return Given(self.study, frames, self.effects)

    def tables(self) -> IndicatorTables:
        """As the product takes it; the tables of the world before are gone from the engine."""
        core = {name: ENGINE.hold(name, table) for name, table in self.arrow.items()}
        return IndicatorTables(self.study, core, self.named, self.effects)


def world_of(
    rows: Mapping[str, list[dict[str, Any]]],
    study: Study,
    effects: tuple[Effect, ...] = (),
    also_named: frozenset[str] = frozenset(),
) -> World:
    """A world of these rows; a column that is not given is null, a table without rows absent."""
    arrow = {name: _arrow(name, rows.get(name, [])) for name in TABLE_NAMES}
    named = frozenset(name for name, table in arrow.items() if table.num_rows)
    return World(study, arrow, named | also_named, effects)


def _arrow(name: str, rows: list[dict[str, Any]]) -> pa.Table:
    columns = TABLES[name].data_columns
    known = {column.name for column in columns}
    unknown = {key for row in rows for key in row} - known
    if unknown:
        raise KeyError(f"{name} has no {sorted(unknown)}")
    schema = pa.schema([(column.name, ARROW[column.kind]) for column in columns])
    filled = [{c.name: _cell(row.get(c.name), c.kind) for c in columns} for row in rows]
    return pa.Table.from_pylist(filled, schema=schema)


def _cell(value: Any, kind: str) -> Any:
    return round(Decimal(str(value)), 4) if kind == "money" and value is not None else value


def _frame(table: pa.Table) -> pd.DataFrame:
    frame = pd.DataFrame({name: table[name].to_pylist() for name in table.column_names})
    frame = frame.astype(object) if frame.empty else frame
    for at in table.schema:
        if pa.types.is_decimal(at.type) or pa.types.is_integer(at.type):
            frame[at.name] = frame[at.name].astype(float)
        elif pa.types.is_string(at.type):
            frame[at.name] = frame[at.name].astype("str")
    return frame


def draw_study(draw: Draw) -> Study:
    """Window, clock and settings: the clock before, at or after the end of the window."""
    # Few settings, so that the engine's queries repeat; the rows differ in every world.
    start = dt.date(int(draw.pick([2016, 2017, 2018])), int(draw.pick([1, 1, 4])), 1)
    end = dt.date(start.year + int(draw.pick([0, 1, 2, 4, 6])), 12, 31)
    as_of = end + dt.timedelta(days=int(draw.pick([0, 1, 120, -90])))
    return Study.model_validate(
        {
            "study_id": "drawn",
            "title": "Drawn",
            "period": "year",
            "window": {"start": start, "end": end},
            "as_of": as_of,
            "currency": "EUR",
            "small_cell": int(draw.pick([5, 11])),
            "partner_level": str(draw.pick(["partner", "parent"])),
            "requirements": {"meeting": ["approval"]} if draw.chance(0.3) else {},
            "sources": [{"table": "engagement", "path": "engagement.csv"}],
        }
    )


def draw_world(seed: int) -> World:
    """One random study."""
    study = draw_study(Draw(np.random.default_rng(seed % 8)))
    draw = Draw(np.random.default_rng(seed))
    rows = beside(draw, study)
    rows["engagement"] = _engagements(draw, study)
    for name in TABLE_NAMES:
        if draw.chance(0.06):
            rows[name] = []
    effects = planned_effects(draw) if draw.chance(0.7) else ()
    also = frozenset(TABLE_NAMES) if draw.chance(0.5) else frozenset[str]()
    return world_of(_without_orphans(rows), study, effects, also)


def _without_orphans(rows: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    """What intake keeps: rows whose ids point somewhere, parents first."""
    kept: dict[str, list[dict[str, Any]]] = {}
    for name in (n for n in TABLES if n in TABLE_NAMES):
        kept[name] = [row for row in rows[name] if _is_kept(name, row, rows[name], kept)]
    return kept


def _is_kept(
    name: str,
    row: dict[str, Any],
    own: list[dict[str, Any]],
    kept: dict[str, list[dict[str, Any]]],
) -> bool:
    for key in TABLES[name].foreign_keys:
        value = row.get(key.column)
        parents = own if key.parent == name else kept[key.parent]
        is_known = any(parent[key.parent_column] == value for parent in parents)
        if value is not None and value not in key.exempt and not is_known:
            return False
    return True


def _engagements(draw: Draw, study: Study) -> list[dict[str, Any]]:
    count = int(draw.pick([1, 3, 12, 40, 90]))
    rows: list[dict[str, Any]] = []
    left: dict[str, float] = {}
    for n in range(count):
        first = draw.some(rows) if rows and draw.chance(0.12) else {}
        if left.get(first.get("engagement_id", ""), 0.0) > 1:
            rows.append(_reversal(draw, study, first, f"e{n}", left))
        else:
            rows.append(_engagement(draw, study, f"e{n}"))
            left[f"e{n}"] = rows[-1]["amount"] or 0.0
    return rows


def _reversal(
    draw: Draw, study: Study, first: dict[str, Any], name: str, left: dict[str, float]
) -> dict[str, Any]:
    paid = first["engagement_id"]
    back = left[paid] if draw.chance(0.5) else round(left[paid] / 3, 2)
    left[paid] = round(left[paid] - back, 2)
    rate = 1.0 if first["currency"] == study.currency else 0.9
    later = first["start_date"] + dt.timedelta(days=int(draw.pick([0, 30, 400])))
    return {
        **first,
        "engagement_id": name,
        "reverses_engagement_id": paid,
        "participant_count": None,
        "end_date": None,
        "amount": -back,
        "amount_reporting": draw.maybe(round(-back * rate, 4), 0.04),
        "start_date": min(later, study.as_of),
    }


def _engagement(draw: Draw, study: Study, name: str) -> dict[str, Any]:
    start = draw.day(study.window.start - dt.timedelta(days=400), study.as_of)
    if draw.chance(0.15):
        start = draw.edge(study)
    amount = draw.maybe(draw.money(), 0.15)
    currency = str(draw.pick(["EUR", "EUR", "EUR", "CHF"]))
    rate = 1.0 if currency == "EUR" else 0.9
    return {
        "engagement_id": name,
        "payer_id": draw.pick([f"y{n}" for n in range(draw.size(4))]),
        "partner_id": draw.pick([f"p{n}" for n in range(draw.size(14))]),
        "initiative_id": draw.maybe(draw.pick(["i0", "i1", "i2"])),
        "start_date": start,
        "end_date": draw.maybe(start + dt.timedelta(days=draw.size(50))),
        "date_precision": draw.pick(["day"] * draw.exact + ["month", "year"]),
        "activity_type": draw.word(vocabulary.ActivityType),
        "kind": draw.pick(draw.kinds),
        "lifecycle_phase": draw.maybe(draw.word(vocabulary.LifecyclePhase)),
        "initiated_by": draw.maybe(draw.word(vocabulary.InitiatedBy)),
        "amount": amount,
        "currency": None if amount is None else currency,
        "amount_reporting": None if amount is None else draw.maybe(round(amount * rate, 4), 0.04),
        "funding_type": draw.maybe(draw.word(vocabulary.FundingType)),
        **_agreement(draw, start),
        "participant_hours": draw.maybe(float(draw.pick([0, 2.5, 10]))),
        "participant_count": draw.maybe(int(draw.pick([0, 3, 25, 100]))),
        "product_id": draw.maybe(draw.pick(["x0", "x1", "x2", "x3"])),
        "unit_id": draw.maybe(draw.pick(["u0", "u1", "u2", "u3"])),
        **_fields(draw, start),
    }


def _agreement(draw: Draw, start: dt.date) -> dict[str, Any]:
    begin = start - dt.timedelta(days=int(draw.pick([0, 10, 200, 900])))
    whole = (pd.Timestamp(begin) + pd.DateOffset(months=24)).date()
    end = draw.pick([0, 1, -1, 300, -400])
    finish = max(begin, whole - dt.timedelta(days=1) + dt.timedelta(days=int(end)))
    return {
        "agreement_start": draw.maybe(begin, 0.5),
        "agreement_end": draw.maybe(finish, 0.5),
    }


def _fields(draw: Draw, start: dt.date) -> dict[str, Any]:
    rate = float(draw.pick([0, 80, 100]))
    return {
        "has_written_agreement": draw.maybe(draw.chance(0.7)),
        "fmv_rate": draw.maybe(rate),
        "paid_rate": draw.maybe(float(draw.pick([0, 80, 100]))),
        "approval_date": draw.maybe(start + dt.timedelta(days=int(draw.pick([-5, 0, 1])))),
        "disclosed_date": draw.maybe(start + dt.timedelta(days=100), 0.6),
        "disclosure_scheme": draw.maybe(draw.word(vocabulary.DisclosureScheme)),
        "purpose": draw.maybe(draw.pick(["a congress", "", " "])),
    }
