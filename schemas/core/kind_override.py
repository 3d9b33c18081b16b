"""What a person decided an engagement is, after reading more than the log says."""

import polars as pl

from schemas import vocabulary
from schemas.core import fields
from schemas.core.base import CoreModel, TableMeta


class KindOverride(CoreModel):
    """One row per engagement whose kind a person set; it goes before every rule."""

    engagement_id: pl.String = fields.identifier(
        "The engagement whose kind is set.", references="engagement"
    )
    kind: pl.String = fields.word("What it is.", vocabulary.Kind)
    reason: pl.String = fields.text("Why, in words; not published.")

    @classmethod
    def meta(cls) -> TableMeta:
        """Key and rules between columns."""
        return TableMeta(key=("engagement_id",), needs=("engagement",), rows_expected=False)
