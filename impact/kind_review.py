"""What a person should decide: engagements of no clear kind, the most money first."""

import ibis

from impact.allocation import MONEY, money
from schemas.study import Study
from schemas.vocabulary import UNCLEAR_KINDS

OVERRIDES = "kind_override"
"""The table of a study in which a person sets kinds."""


def kinds_for_review(engagement: ibis.Table, study: Study) -> ibis.Table:
    """Engagements that are hybrid or unclassified, largest amount first, unknown ones last.

    One row per engagement: ids, `kind`, `kind_basis`, `paid` in the reporting currency (null
    where unknown) and the source row, where the words stand; no free text.
    """
    rows = engagement.filter(engagement.kind.isin(UNCLEAR_KINDS))
    listed = rows.select(
        "engagement_id",
        "partner_id",
        "kind",
        "kind_basis",
        "activity_type",
        paid=money(rows, study).cast(MONEY),
        currency=ibis.literal(study.currency),
        source_file=rows.source_file,
        source_row=rows.source_row,
    )
    return listed.order_by(ibis.desc(listed.paid.abs(), nulls_first=False), "engagement_id")


def review_notes(review: ibis.Table, study: Study) -> list[str]:
    """One line that says how many engagements have no clear kind, and their money; or none."""
    [told] = (
        review.aggregate(rows=review.count(), known=review.paid.count(), paid=review.paid.sum())
        .to_pyarrow()
        .to_pylist()
    )
    if not told["rows"]:
        return []
    many = "1 engagement is" if told["rows"] == 1 else f"{told['rows']:,} engagements are"
    amount = f"{study.currency} {told['paid']:,.0f}" if told["known"] else "no known amount"
    found = f"{many} hybrid or unclassified ({amount}) and counted as neither advocacy nor support"
    advice = f"decide the largest of core/kinds_for_review.parquet in a {OVERRIDES} table"
    return [f"engagement:kind  {found} · {advice}"]
