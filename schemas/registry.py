"""Every core table and what follows from its model: columns, keys, references, order."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from graphlib import TopologicalSorter
from types import MappingProxyType
from typing import Any, Literal

import pandera.polars as pa

from schemas.core.alias import Alias
from schemas.core.base import CoreModel, TableMeta
from schemas.core.decision import Decision
from schemas.core.engagement import Engagement
from schemas.core.engagement_allocation import EngagementAllocation
from schemas.core.exposure import Exposure
from schemas.core.fx_rate import FxRate
from schemas.core.initiative import Initiative
from schemas.core.kind_override import KindOverride
from schemas.core.measure import Measure
from schemas.core.outcome import Outcome
from schemas.core.partner import Partner
from schemas.core.partner_survey import PartnerSurvey
from schemas.core.patient_input import PatientInput
from schemas.core.population_need import PopulationNeed
from schemas.core.product_event import ProductEvent
from schemas.core.public_disclosure import PublicDisclosure
from schemas.core.subgroup import Subgroup
from schemas.core.unit import Unit

ColumnKind = Literal[
    "id", "text", "word", "code", "date", "money", "number", "count", "flag", "source"
]
SOURCE_COLUMNS = ("source_file", "source_row")


@dataclass(frozen=True)
class ColumnSpec:
    """One column, as its model declares it; bounds are null where there are none."""

    name: str
    kind: ColumnKind
    dtype: str
    nullable: bool
    description: str
    unit: str
    allowed: tuple[str, ...] = ()
    pattern: str | None = None
    minimum: float | None = None
    above: float | None = None
    maximum: float | None = None
    references: str | None = None
    exempt: tuple[str, ...] = ()
    default: float | None = None
    may_be_future: bool = False

    @property
    def is_required(self) -> bool:
        """Whether a source must supply it in every row."""
        return not self.nullable and self.default is None

    @property
    def is_last_day(self) -> bool:
        """Whether it is the last day of a spell: a bare year or month then means its end."""
        return self.kind == "date" and (self.name == "end_date" or self.name.endswith("_end"))


@dataclass(frozen=True)
class ForeignKey:
    """`column` holds keys of `parent`, except the `exempt` words."""

    column: str
    parent: str
    parent_column: str
    exempt: tuple[str, ...] = ()


@dataclass(frozen=True)
class TableSpec:
    """One core table; everything is read off its Pandera model."""

    name: str
    model: type[CoreModel]

    @property
    def meta(self) -> TableMeta:
        """Key and rules between columns."""
        return self.model.meta()

    @property
    def key(self) -> tuple[str, ...]:
        """Columns that identify a row; empty where none do."""
        return self.meta.key

    @property
    def description(self) -> str:
        """The grain of the table."""
        return (self.model.__doc__ or "").strip()

    @cached_property
    def columns(self) -> tuple[ColumnSpec, ...]:
        """Every column in contract order, the two source columns last."""
        declared = self.model.to_schema().columns
        names = [name for name in declared if name not in SOURCE_COLUMNS]
        return tuple(_column_spec(declared[name]) for name in [*names, *SOURCE_COLUMNS])

    @property
    def data_columns(self) -> tuple[ColumnSpec, ...]:
        """The columns a source supplies."""
        return self.columns[: -len(SOURCE_COLUMNS)]

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names of all columns in contract order."""
        return tuple(column.name for column in self.columns)

    @property
    def required(self) -> tuple[str, ...]:
        """Columns that every source must have."""
        return tuple(column.name for column in self.data_columns if column.is_required)

    @cached_property
    def foreign_keys(self) -> tuple[ForeignKey, ...]:
        """References to other tables, or to this one."""
        return tuple(
            ForeignKey(c.name, c.references, TABLES[c.references].key[0], c.exempt)
            for c in self.data_columns
            if c.references is not None
        )

    @property
    def parents(self) -> tuple[str, ...]:
        """Other tables that must be there before this one can be checked."""
        found = {*(key.parent for key in self.foreign_keys), *self.meta.lookups}
        return tuple(sorted(found - {self.name}))

    def of_kind(self, *kinds: ColumnKind) -> tuple[str, ...]:
        """Names of the columns of these kinds."""
        return tuple(column.name for column in self.columns if column.kind in kinds)

    @property
    def date_columns(self) -> tuple[str, ...]:
        """Names of the date columns."""
        return self.of_kind("date")

    @property
    def number_columns(self) -> tuple[str, ...]:
        """Names of the columns that hold amounts, numbers or counts."""
        return self.of_kind("money", "number", "count")

    def column(self, name: str) -> ColumnSpec:
        """The column of this name."""
        return next(column for column in self.columns if column.name == name)


def _column_spec(column: pa.Column) -> ColumnSpec:
    stats: dict[str, Any] = {check.name: check.statistics for check in column.checks}
    declared = dict(column.metadata or {})
    return ColumnSpec(
        name=str(column.name),
        dtype=str(column.dtype),
        nullable=bool(column.nullable),
        description=str(column.description),
        allowed=tuple(stats.get("isin", {}).get("allowed_values", ())),
        pattern=stats.get("str_matches", {}).get("pattern"),
        minimum=stats.get("greater_than_or_equal_to", {}).get("min_value"),
        above=stats.get("greater_than", {}).get("min_value"),
        maximum=stats.get("less_than_or_equal_to", {}).get("max_value"),
        **declared,
    )


_MODELS: dict[str, type[CoreModel]] = {
    "initiative": Initiative,
    "partner": Partner,
    "alias": Alias,
    "measure": Measure,
    "unit": Unit,
    "subgroup": Subgroup,
    "fx_rate": FxRate,
    "engagement": Engagement,
    "engagement_allocation": EngagementAllocation,
    "kind_override": KindOverride,
    "patient_input": PatientInput,
    "decision": Decision,
    "exposure": Exposure,
    "outcome": Outcome,
    "partner_survey": PartnerSurvey,
    "public_disclosure": PublicDisclosure,
    "product_event": ProductEvent,
    "population_need": PopulationNeed,
}


def _parents(model: type[CoreModel], own: str) -> list[str]:
    named = [(c.metadata or {}).get("references") for c in model.to_schema().columns.values()]
    wanted = {*named, *model.meta().lookups} - {None, own}
    return sorted(str(name) for name in wanted)


def _table_order() -> tuple[str, ...]:
    graph = {name: _parents(model, name) for name, model in _MODELS.items()}
    return tuple(TopologicalSorter(graph).static_order())


TABLE_ORDER: tuple[str, ...] = _table_order()
"""Names of all tables, parents before the tables that refer to them."""

TABLES: Mapping[str, TableSpec] = MappingProxyType(
    {name: TableSpec(name, _MODELS[name]) for name in TABLE_ORDER}
)
