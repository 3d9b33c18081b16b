"""Indicators of a few rows written by hand; what a row leaves out is said here once."""

import datetime as dt
from dataclasses import replace
from typing import Any

from impact.indicators.measure import measure_indicators
from schemas.findings import Effect, Indicator
from schemas.study import Study
from tests.indicator_world import world_of

Rows = list[dict[str, Any]]
LEFT_OUT: dict[str, dict[str, Any]] = {
    "engagement": {
        "payer_id": "y1",
        "partner_id": "p1",
        "start_date": dt.date(2020, 1, 1),
        "date_precision": "day",
        "activity_type": "meeting",
        "kind": "advocacy",
        "currency": "EUR",
    },
    "partner": {"name": "A group", "org_type": "patient_org", "income_currency": "EUR"},
    "patient_input": {
        "engagement_id": "e0",
        "received_date": dt.date(2020, 1, 1),
        "topic": "endpoint",
        "decision_status": "pending",
    },
    "decision": {"lifecycle_phase": "phase2", "decision_area": "endpoint"},
    "unit": {"name": "A region", "unit_type": "region"},
    "population_need": {"condition_code": "c1", "period_start": dt.date(2020, 1, 1)},
    "partner_survey": {"item_id": "trust", "scale_max": 5.0},
    "public_disclosure": {
        "scheme": "efpia",
        "declared_by": "payer",
        "year": 2020,
        "payer_id": "y1",
        "partner_id": "p1",
        "currency": "EUR",
    },
}
NUMBERED = {"engagement": "engagement_id", "patient_input": "input_id", "decision": "decision_id"}
PARTNERS: Rows = [{"partner_id": f"p{n}"} for n in (1, 2, 3)]


def study(**given: Any) -> Study:
    """Six years, in EUR, partners counted as they are."""
    return Study.model_validate(
        {
            "study_id": "hand",
            "title": "By hand",
            "period": "year",
            "window": {"start": dt.date(2015, 1, 1), "end": dt.date(2020, 12, 31)},
            "as_of": dt.date(2020, 12, 31),
            "currency": "EUR",
            "sources": [{"table": "engagement", "path": "engagement.csv"}],
            **given,
        }
    )


def _filled(table: str, rows: Rows) -> Rows:
    key = NUMBERED.get(table)
    made = [
        {**({key: f"{key[0]}{n}"} if key else {}), **LEFT_OUT.get(table, {}), **row}
        for n, row in enumerate(rows)
    ]
    if table == "engagement":
        return [{"amount_reporting": row.get("amount"), **row} for row in made]
    return made


class Found:
    """The rows of one study; `found("q3.pairs", kinds="advocacy")` is one of them."""

    def __init__(
        self, rows: dict[str, Rows], effects: tuple[Effect, ...] = (), **given: Any
    ) -> None:
        tables = {name: _filled(name, own) for name, own in {"partner": PARTNERS, **rows}.items()}
        self.world = world_of(tables, study(**given), effects)
        self.known: dict[str, list[Indicator]] = {}

    @property
    def rows(self) -> list[Indicator]:
        """All rows."""
        return measure_indicators(self.world.tables())

    def __call__(self, indicator_id: str, **by: str) -> Indicator:
        if indicator_id not in self.known:
            asked = self.world.study.model_copy(update={"indicators": [indicator_id]})
            self.known[indicator_id] = measure_indicators(replace(self.world, study=asked).tables())
        (row,) = [row for row in self.known[indicator_id] if row.by == by]
        return row

    def value(self, indicator_id: str, **by: str) -> float | None:
        """The value of one row."""
        return self(indicator_id, **by).value

    def parts(self, indicator_id: str, **by: str) -> tuple[float | None, float | None]:
        """Numerator and denominator of one row."""
        row = self(indicator_id, **by)
        return row.numerator, row.denominator

    def reason(self, indicator_id: str, **by: str) -> str | None:
        """Why one row is not evaluated; null where it is."""
        row = self(indicator_id, **by)
        assert (row.value is None) == (row.status == "NOT_EVALUATED") == (row.reason is not None)
        return row.reason
