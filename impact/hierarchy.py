"""Units within units: what holds for a unit holds for all its descendants."""

import ibis

LEVELS = 6
"""Steps from a person up to a region; a unit further up is not found."""


def descent(unit: ibis.Table) -> ibis.Table:
    """Every unit with itself and its ancestors: `unit_id, ancestor_id, depth` (0 is itself).

    One row per pair; a circle of parents ends after `LEVELS` steps.
    """
    links = unit.filter(unit.parent_id.notnull()).select(
        ancestor_id=unit.unit_id, parent_id=unit.parent_id
    )
    steps = [unit.select(unit_id=unit.unit_id, ancestor_id=unit.unit_id, depth=ibis.literal(0))]
    for depth in range(1, LEVELS + 1):
        above = steps[-1].inner_join(links, "ancestor_id")
        steps.append(
            above.select("unit_id", ancestor_id=above.parent_id, depth=ibis.literal(depth))
        )
    pairs = ibis.union(*steps)
    return pairs.group_by("unit_id", "ancestor_id").agg(depth=pairs.depth.min().cast("int64"))
