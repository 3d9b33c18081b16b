"""What every core table has: the row it came from, and rules checked without coercion."""

from dataclasses import dataclass

import pandera.polars as pa
import polars as pl
from pandera.api.polars.types import PolarsData

from schemas.core.rules import RowRule


@dataclass(frozen=True)
class TableMeta:
    """What a table promises beyond its columns.

    `needs` are tables without which this one says nothing; `rows_expected` is false for tables
    that may be empty or absent; `window_column` is the date that puts a row in or out of the
    study's window; `recorded_column` is the date a row was recorded: unknown before it, and of
    several rows of one key the one recorded last counts; `no_overlap` is (group columns, start,
    end) of spells that must not overlap; `shares_sum` is (group column, share column);
    `lookups` are tables that values are looked up in, though no column refers to them.
    """

    key: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    rules: tuple[RowRule, ...] = ()
    rows_expected: bool = True
    window_column: str | None = None
    recorded_column: str | None = None
    no_overlap: tuple[tuple[str, ...], str, str] | None = None
    shares_sum: tuple[str, str] | None = None
    lookups: tuple[str, ...] = ()


class CoreModel(pa.DataFrameModel):
    """The base of every core table; `meta` holds keys and rules between columns."""

    source_file: pl.String = pa.Field(
        description="File the row came from, relative to the study folder.",
        metadata={"kind": "source", "unit": "text"},
    )
    source_row: pl.Int64 = pa.Field(
        ge=1,
        description="Row of that file as a spreadsheet shows it: the header is row 1.",
        metadata={"kind": "source", "unit": "row"},
    )

    @classmethod
    def meta(cls) -> TableMeta:
        """Key and rules of this table."""
        return TableMeta()

    @pa.dataframe_check
    @classmethod
    def row_rules(cls, data: PolarsData) -> pl.LazyFrame:
        """Every rule between columns holds in every row."""
        rules = [rule.holds().alias(str(i)) for i, rule in enumerate(cls.meta().rules)]
        return data.lazyframe.select([pl.col("source_row").is_not_null().alias("row"), *rules])

    class Config:
        """Exactly these columns, of exactly these types."""

        strict = True
        coerce = False
