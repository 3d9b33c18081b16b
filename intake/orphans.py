"""How much of the spend points at partners, initiatives or units that no table knows."""

from decimal import Decimal
from typing import Any

import ibis

from intake.checks import Catalogue
from intake.core import CoreTables
from intake.keys import ORIGIN
from intake.traced import narrowed
from intake.typed import LISTED_BEFORE, Build, typed_rows
from schemas.registry import TABLES
from schemas.study import Study

ORPHAN = "orphan"
PLACES = ("partner_id", "initiative_id", "unit_id")


def orphan_spend_share(
    raw: ibis.Table, tables: CoreTables, study: Study, rates: ibis.Table
) -> float | None:
    """Share, in [0, 1], of the engagement log's money whose given ids point nowhere.

    `raw` and `tables` are those of the engagement table, `rates` is core `fx_rate`. Amounts
    count without their sign, in the reporting currency. Null ids point at nothing and do not
    count. None where no amount is known.
    """
    quarantine = tables.quarantine
    is_lost = (quarantine.rule == ORPHAN) & quarantine.column_name.isin(PLACES)
    lost = quarantine.filter(is_lost).select(*ORIGIN).distinct()
    if not lost.count().to_pyarrow().as_py():
        known = tables.accepted.amount_reporting.abs().sum().to_pyarrow().as_py()
        if known or not quarantine.count().to_pyarrow().as_py():
            return 0.0 if known else None
    build = Build(TABLES["engagement"], study, {"fx_rate": rates}, Catalogue())
    counted = quarantine.filter(quarantine.rule != LISTED_BEFORE).select(*ORIGIN).distinct()
    set_aside = raw.semi_join(counted, ORIGIN)
    typed = narrowed(typed_rows(build, set_aside), [*ORIGIN, "amount_reporting", "is_kept"])
    rows = typed.filter(typed.is_kept)
    money = rows.mutate(paid=_paid(rows))
    total = _sum(_paid(tables.accepted)) + _sum(money.paid)
    return float(_sum(money.semi_join(lost, ORIGIN).paid) / total) if total else None


def _paid(rows: ibis.Table) -> Any:
    return rows.amount_reporting.abs().cast("decimal(38, 6)")


def _sum(amounts: Any) -> Decimal:
    return Decimal(amounts.sum().to_pyarrow().as_py() or 0)
