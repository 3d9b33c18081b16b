"""The engagements that other rows name: few of the log, and they alone need joins by id."""

from collections.abc import Mapping

import ibis

from impact.indicators.expressions import is_given

COLUMNS = (
    *("engagement_id", "reverses_engagement_id", "kind", "initiative_id", "unit_id"),
    *("amount", "amount_reporting", "currency", "participant_count", "participant_hours"),
    *("product_id", "lifecycle_phase"),
)
"""Columns of the log that are asked of engagements by id."""


def read_linked(core: Mapping[str, ibis.Table]) -> ibis.Table:
    """Reversals, and what a reversal, an allocation or a piece of advice names.

    Read here, once for all that is asked of them, and under a name of their own: the cache of
    Ibis goes by the expression.
    """
    log = core["engagement"].select(*COLUMNS)
    back = log.filter(is_given(log.reverses_engagement_id))
    ids = ibis.union(
        back.select("engagement_id"),
        back.select(engagement_id="reverses_engagement_id"),
        core["engagement_allocation"].select("engagement_id"),
        core["patient_input"].select("engagement_id"),
    )
    return ibis.memtable(log.semi_join(ids, "engagement_id").to_pyarrow())
