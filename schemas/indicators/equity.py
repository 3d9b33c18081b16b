"""Equity: who is reached, and how much is spent for each patient in need."""

from schemas.indicators.spec import IndicatorSpec

_OWN = "METHODS §6"

EQUITY = (
    IndicatorSpec(
        "e.reach_ratio",
        "Share of participants as a multiple of the share in need",
        "A subgroup's (or region's) share of participants in advocacy divided by its share of "
        "people in need; 1 is equal. Participants of an engagement that is spread over subgroups "
        "or units count by their shares; what is left over stays with the engagement's own unit. "
        "People in need: the latest period on or before as_of of each condition, unit and "
        "subgroup; by region, of subgroup all. Where a count of persons reached or in need is "
        "above 0 and below the study's small_cell, no row of its dimension (or of the regions) is "
        "shown: it could be told from the others.",
        "share of participants",
        "share of people in need",
        "participants",
        "ratio",
        ("engagement.participant_count", "population_need.prevalent_count"),
        _OWN,
        by=("dimension and subgroup_id, or region_code: one row each; no overall row",),
        optional=(
            "engagement_allocation.subgroup_id",
            "engagement_allocation.unit_id",
            "engagement.unit_id",
            "unit.region_code",
        ),
    ),
    IndicatorSpec(
        "e.spend_per_patient",
        "Spend for each person in need",
        "Advocacy spend in communities with a known need, for each person in need there; "
        "communities without spend count too. A need below the study's small_cell is not shown, "
        "and where that of one region is, that of none.",
        "net amounts of kind advocacy with a unit_id (or shares of them)",
        "people in need in units with a known need, of subgroup all",
        "units",
        "currency per person",
        ("engagement.amount", "engagement.unit_id", "population_need.prevalent_count"),
        _OWN,
        by=("region_code",),
        optional=("engagement_allocation.unit_id", "unit.region_code"),
    ),
)
