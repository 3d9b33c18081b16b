"""Which units an effect is estimated on, and the clusters they form."""

from dataclasses import dataclass

import pandas as pd

from impact.model import NotEvaluable
from schemas.plan import UnitSelection


@dataclass(frozen=True)
class Clusters:
    """Units and the cluster each belongs to: `cluster_of` maps unit_id to cluster id."""

    cluster_of: dict[str, str]
    depth: int


def selected_units(unit: pd.DataFrame, wanted: UnitSelection) -> frozenset[str] | NotEvaluable:
    """Ids of the units the plan asks for; values are compared as text."""
    lacking = sorted(set(wanted.where) - set(unit.columns))
    if lacking:
        return NotEvaluable(("MISSING_TABLE",), tuple(f"unit.{name}" for name in lacking))
    kept = unit
    if wanted.unit_type is not None:
        kept = kept[kept["unit_type"] == wanted.unit_type]
    for column, values in wanted.where.items():
        kept = kept[kept[column].astype("string").isin(values).fillna(value=False)]
    return frozenset(kept["unit_id"])


def take_part(
    panel: pd.DataFrame, exposure: pd.DataFrame, unit: pd.DataFrame, wanted: frozenset[str]
) -> list[str]:
    """Units of one effect, in order of their ids.

    Those with outcomes, and those with an exposure row that are of a type that has outcomes:
    they were assigned, so that their outcome is missing. In a randomised design that is given
    as a table, comparison units have a row too (dose 0): units without one were not drawn
    for, and are not part of the experiment.
    """
    observed = set(panel["unit_id"]) & wanted
    types = set(unit.loc[unit["unit_id"].isin(observed), "unit_type"])
    assigned = set(exposure["unit_id"]) & wanted
    of_type = set(unit.loc[unit["unit_type"].isin(types), "unit_id"])
    given = exposure[exposure["basis"] == "table"]
    if len(given) > 0 and bool((given["assignment"] == "randomised").all()):
        return sorted(assigned & of_type)
    return sorted(observed | (assigned & of_type))


def cluster_units(
    units: list[str], exposure: pd.DataFrame, unit: pd.DataFrame, by_parent: bool
) -> Clusters:
    """Clusters at the level at which exposure was fixed, or the plan's if that is higher.

    A unit without an ancestor that far up is a cluster with its topmost ancestor.
    """
    own = exposure[exposure["unit_id"].isin(units)]
    depth = max(int(own["assignment_depth"].max()) if len(own) else 0, int(by_parent))
    parent = unit.set_index("unit_id")["parent_id"].dropna().to_dict()
    cluster_of = {name: name for name in units}
    for _ in range(depth):
        cluster_of = {name: parent.get(top, top) for name, top in cluster_of.items()}
    return Clusters(cluster_of, depth)
