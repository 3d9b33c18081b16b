"""Conditions on columns, against the calendar of Python."""

import datetime as dt

import ibis

from impact.indicators.expressions import is_long
from tests.indicator_reference_partners import is_long as is_long_by_calendar

AROUND = (728, 729, 730, 731, 732)


def test_an_agreement_is_long_from_twenty_four_months_on() -> None:
    first = dt.date(2015, 1, 1)
    starts = [first + dt.timedelta(days=days) for days in range(1_500)]
    spans = [
        (start, start + dt.timedelta(days=days)) for start in starts for days in (727, *AROUND)
    ]
    rows = ibis.memtable(
        {"agreement_start": [a for a, _ in spans], "agreement_end": [b for _, b in spans]}
    )
    found = rows.mutate(is_long=is_long(rows)).to_pyarrow()
    pairs = zip(
        found["agreement_start"].to_pylist(), found["agreement_end"].to_pylist(), strict=True
    )
    assert found["is_long"].to_pylist() == [is_long_by_calendar(a, b) for a, b in pairs]
    assert 0 < sum(found["is_long"].to_pylist()) < len(spans)


def test_without_both_dates_it_is_not_known() -> None:
    day = dt.date(2020, 1, 1)
    rows = ibis.memtable(
        {"agreement_start": [day, None], "agreement_end": [None, day]},
        schema={"agreement_start": "date", "agreement_end": "date"},
    )
    assert rows.select(found=is_long(rows)).to_pyarrow()["found"].to_pylist() == [None, None]
