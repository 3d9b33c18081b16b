"""A part of the patients, by one dimension."""

import polars as pl

from schemas.core import fields
from schemas.core.base import CoreModel, TableMeta


class Subgroup(CoreModel):
    """One row per subgroup; `all` needs none."""

    subgroup_id: pl.String = fields.identifier("The subgroup.")
    dimension: pl.String = fields.text("What divides the patients, such as sex.")
    level: pl.String = fields.text("Which part it is, such as female.")

    @classmethod
    def meta(cls) -> TableMeta:
        """Key and rules between columns."""
        return TableMeta(key=("subgroup_id",))
