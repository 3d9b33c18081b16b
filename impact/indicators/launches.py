"""Q3: how much of the money for products is paid near their launch."""

from collections.abc import Iterator

import ibis
import pandas as pd

from impact.indicators.expressions import is_given
from impact.indicators.made import COARSE, is_coarse, not_evaluated, share_of_sum
from impact.indicators.payments import Payments, exact, payments_of
from impact.indicators.tables import IndicatorTables
from schemas.findings import Indicator

YEAR = pd.DateOffset(months=12)
WINDOW = {"product_id": "string", "opens": "date", "closes": "date"}


def measure_launch_coupling(payments: Payments) -> Iterator[Indicator]:
    """Share of product-linked money within 12 months of the product's launch."""
    found = _coupled(payments.tables).to_pandas()
    for population in payments.populations:
        mine = found[found["group"].isin(population.groups)]
        counted, total = (float(mine[name].sum()) for name in ("counted", "total"))
        at = (payments.tables.study, population.by)
        if is_coarse(mine["coarse"].sum(), mine["n"].sum()):
            yield not_evaluated("q3.launch_coupling", COARSE, *at)
            continue
        yield share_of_sum("q3.launch_coupling", counted, total, int(mine["n"].sum()), *at)


def _coupled(tables: IndicatorTables) -> ibis.Table:
    """Per group: payments for products with a launch, their sum, and that near a launch."""
    log, window = tables["engagement"], ibis.memtable(_windows(tables), schema=WINDOW)
    rows = payments_of(log.filter(is_given(log.product_id)), tables)
    rows = rows.semi_join(window.view(), "product_id")
    is_inside = [rows.start_date >= window.opens, rows.start_date <= window.closes]
    joined = rows.left_join(window, [rows.product_id == window.product_id, *is_inside])
    sums = joined.group_by("group").agg(
        n=joined.count(),
        coarse=joined.count(where=joined.date_precision == "year"),
        total=exact(joined.net_amount.sum()),
        counted=exact(joined.net_amount.sum(where=is_given(joined.opens))),
    )
    return sums.order_by("group")


def _windows(tables: IndicatorTables) -> pd.DataFrame:
    """12 months before and after launches; those of one product are apart, so none counts twice."""
    event = tables["product_event"]
    rows = event.filter(event.event == "launch").select("product_id", "event_date")
    launch = rows.order_by("product_id", "event_date").to_pandas()
    day = pd.to_datetime(launch["event_date"])
    around = launch.assign(opens=day - YEAR, closes=day + YEAR)
    is_apart = ~(around["opens"] <= around.groupby("product_id")["closes"].shift())
    merged = around.groupby(["product_id", is_apart.cumsum().rename("place")])
    found: pd.DataFrame = merged.agg(opens=("opens", "min"), closes=("closes", "max")).reset_index()
    return found.drop(columns="place")
