"""How much of the spend points at partners, initiatives or units that no table knows."""

import ibis

from intake.checks import Catalogue
from intake.core import CoreTables
from intake.keys import ORIGIN
from intake.typed import Build, typed_rows
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
    typed = typed_rows(build, raw)
    rows = typed.filter(typed.is_kept)
    paid = rows.amount_reporting.abs().cast("decimal(38, 6)")
    money = rows.mutate(paid=paid)
    total = money.paid.sum().to_pyarrow().as_py()
    lacking = money.semi_join(lost, ORIGIN).paid.sum().to_pyarrow().as_py()
    return float((lacking or 0) / total) if total else None
