"""Which partners are one organisation, as the analyst decided."""

import polars as pl

from schemas.core import fields
from schemas.core.base import CoreModel, TableMeta


class Alias(CoreModel):
    """One row per partner that was looked at: the partner it is counted as, or itself."""

    partner_id: pl.String = fields.identifier(
        "The partner as sources name it.", references="partner"
    )
    canonical_partner_id: pl.String = fields.identifier(
        "The partner it is counted as; itself where it stands alone.", references="partner"
    )

    @classmethod
    def meta(cls) -> TableMeta:
        """Key and rules between columns."""
        return TableMeta(key=("partner_id",), needs=("partner",), rows_expected=False)
