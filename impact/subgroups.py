"""Parts of the patients: which levels a dimension has, and their rows in everyone's place."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd

from impact.gather import StudyTables
from schemas.plan import PlannedEffect

EVERYONE = "all"


@dataclass(frozen=True)
class Part:
    """One level of one dimension."""

    subgroup_id: str
    dimension: str
    level: str


def parts_of(dimension: str, effect: PlannedEffect, tables: StudyTables) -> tuple[Part, ...]:
    """The levels of a dimension that have rows of the effect's measure, in order of their id."""
    panel, subgroup = tables.panel, tables.subgroup
    told = set(panel.loc[panel["measure_id"] == effect.measure_id, "subgroup_id"]) - {EVERYONE}
    is_mine = (subgroup["dimension"] == dimension) & subgroup["subgroup_id"].isin(sorted(told))
    rows = subgroup[is_mine].sort_values("subgroup_id")
    return tuple(
        Part(str(name), dimension, str(level))
        for name, level in zip(rows["subgroup_id"], rows["level"], strict=True)
    )


def only_part(
    tables: StudyTables, effect: PlannedEffect, parts: Sequence[Part], part: Part
) -> StudyTables:
    """The study as if this part were everyone.

    A measure without rows of this part, such as a negative control that is known for everyone
    only, keeps everyone's. Where no unit has outcomes of two levels, as when units are persons,
    those of other levels are not missing here: they are no part of it, nor is their exposure.
    """
    panel, exposure = tables.panel, tables.exposure
    own = _units(tables, effect, part)
    if len(parts) > 1 and not any(
        own & _units(tables, effect, other) for other in parts if other != part
    ):
        exposure = exposure[exposure["unit_id"].isin(own)]
    is_part = panel["subgroup_id"] == part.subgroup_id
    told = panel.loc[is_part, "measure_id"].unique()
    is_shared = (panel["subgroup_id"] == EVERYONE) & ~panel["measure_id"].isin(told)
    kept = panel[is_part | is_shared].assign(subgroup_id=EVERYONE)
    return replace(tables, panel=kept, exposure=exposure)


def _units(tables: StudyTables, effect: PlannedEffect, part: Part) -> set[str]:
    """Units with rows of this part and the effect's measure."""
    panel = tables.panel
    is_mine = panel["measure_id"] == effect.measure_id
    return set(panel.loc[is_mine & (panel["subgroup_id"] == part.subgroup_id), "unit_id"])


def against_others(
    tables: StudyTables, effect: PlannedEffect, parts: Sequence[Part], part: Part
) -> StudyTables:
    """The study with the part's outcome less the mean of the other levels', cell by cell.

    The plain estimate of this outcome is the part's effect less the mean of the others'. A cell
    counts where every level was observed.
    """
    panel = tables.panel
    rows = panel[panel["measure_id"] == effect.measure_id]
    wide = rows.pivot_table(
        index=["unit_id", "period"],
        columns="subgroup_id",
        values="outcome",
        aggfunc="first",
        dropna=False,
    )
    names = [other.subgroup_id for other in parts if other != part]
    others = wide.reindex(columns=names).mean(axis=1, skipna=False)
    apart = (wide[part.subgroup_id] - others).rename("apart").reset_index()
    own = rows[rows["subgroup_id"] == part.subgroup_id]
    made = own.merge(apart, on=["unit_id", "period"], how="left", validate="one_to_one")
    made = made.assign(outcome=made["apart"], is_suppressed=False, subgroup_id=EVERYONE)
    rest = panel[(panel["measure_id"] != effect.measure_id) & (panel["subgroup_id"] == EVERYONE)]
    return replace(tables, panel=pd.concat([rest, made.drop(columns="apart")], ignore_index=True))


def suppressed_share(tables: StudyTables, effect: PlannedEffect, part: Part) -> float:
    """Share of the part's cells of the effect's measure that a small count hides."""
    panel = tables.panel
    is_mine = panel["measure_id"] == effect.measure_id
    is_part = panel["subgroup_id"] == part.subgroup_id
    return float(panel.loc[is_mine & is_part, "is_suppressed"].mean())
