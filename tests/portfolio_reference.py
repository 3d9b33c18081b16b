"""The portfolio's tables to the reference's arrays, in plain pandas: no product code."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

from tests import reference, reference_controls

STUDY = Path(__file__).parents[1] / "data" / "studies" / "portfolio"
DONUT = 6
INTENDED = {
    "navigators_diagnosis": "improves",
    "portal_wait": "harms",
    "evenings_care_plan": "no_meaningful_effect",
    "relief_quality_of_life": "inconclusive",
    "pilot_shared_decisions": "inconclusive",
}
AGAINST_TRUTH = {
    "navigators_diagnosis": {"harms", "no_meaningful_effect"},
    "portal_wait": {"improves", "no_meaningful_effect"},
    "evenings_care_plan": {"improves", "harms"},
    "relief_quality_of_life": {"improves", "harms"},
    "pilot_shared_decisions": {"harms"},
}
"""Verdicts that contradict what the generator did to the data."""


@dataclass(frozen=True)
class Case:
    """One planned effect as the reference wants it; positive is better for patients."""

    effect_id: str
    outcome: reference.Floats
    cohort: reference.Ints
    worthwhile: float
    controls: reference.Floats
    reached: reference.Ints


def read_tables(folder: Path = STUDY) -> dict[str, pd.DataFrame]:
    """The committed tables; only numbers and empty cells are interpreted."""
    return {path.stem: pd.read_csv(path) for path in sorted(folder.glob("*.csv"))}


def read_plan() -> dict[str, Any]:
    """The committed plan."""
    plan: dict[str, Any] = yaml.safe_load((STUDY / "plan.yaml").read_text(encoding="utf-8"))
    return plan


def months_since_start(dates: pd.Series) -> pd.Series:
    """Whole months since January 2021."""
    parsed = pd.to_datetime(dates)
    return (parsed.dt.year - 2021) * 12 + parsed.dt.month - 1


def qualifying(tables: dict[str, pd.DataFrame], smallest: float) -> pd.DataFrame:
    """Engagements that expose a community: advocacy, given or by rule K6, of at least `smallest`.

    Returns the first of each pair: `initiative_id, unit_id, start_date, recorded_date`.
    """
    log = tables["engagement"].merge(tables["partner"][["partner_id", "org_type"]], on="partner_id")
    by_rule = log["kind"].isna() & (log["org_type"] == "patient_org")
    by_rule &= log["beneficiary"].isin(["patients_collective", "organisation", "decision_body"])
    kept = log[(by_rule | (log["kind"] == "advocacy")) & (log["amount"] >= smallest)]
    kept = kept[kept["initiative_id"].notna() & kept["unit_id"].notna()]
    first = kept.sort_values(["start_date", "engagement_id"])
    first = first.groupby(["initiative_id", "unit_id"], as_index=False).first()
    return first[["initiative_id", "unit_id", "start_date", "recorded_date"]]


def cases(tables: dict[str, pd.DataFrame]) -> list[Case]:
    """Every planned effect: signed outcomes and cohorts."""
    units = tables["unit"]["unit_id"]
    controls, reached = control_grids(tables), supported(tables)
    found = []
    for effect in read_plan()["effects"]:
        from_log = effect.get("exposure_from") == "engagement"
        smallest = effect.get("exposure_rule", {}).get("min_amount", 0)
        exposure = qualifying(tables, smallest) if from_log else tables["exposure"]
        mine = exposure[exposure["initiative_id"] == effect["initiative_id"]]
        start = pd.Series(months_since_start(mine["start_date"]).to_numpy(), mine["unit_id"])
        measure = tables["measure"].set_index("measure_id").loc[effect["measure_id"]]
        rows = tables["outcome"][tables["outcome"]["measure_id"] == effect["measure_id"]]
        grid = rows.sort_values(["unit_id", "period_start"])["value"].to_numpy()
        found.append(
            Case(
                effect["effect_id"],
                grid.reshape(len(units), -1)
                * (1 if measure["direction"] == "higher_better" else -1),
                start.reindex(units).fillna(-1).to_numpy(dtype=np.int64),
                effect["smallest_worthwhile_effect"],
                controls,
                reached,
            )
        )
    return found


def control_grids(tables: dict[str, pd.DataFrame]) -> reference.Floats:
    """The planned negative controls, (K, communities, months); higher is better for all."""
    rows = tables["outcome"].sort_values(["unit_id", "period_start"])
    names = read_plan()["analysis"]["negative_controls"]
    grids = [rows.loc[rows["measure_id"] == name, "value"].to_numpy() for name in names]
    return np.array(grids).reshape(len(names), len(tables["unit"]), -1)


def supported(tables: dict[str, pd.DataFrame]) -> reference.Ints:
    """Whether patient support reached a community: its nurses are the only support with a place."""
    log = tables["engagement"]
    nurses = log.loc[log["activity_type"] == "nurse_educator", "unit_id"].dropna()
    return tables["unit"]["unit_id"].isin(nurses).to_numpy(dtype=np.int64)


def evidence_of(case: Case, draws: int) -> reference.Evidence:
    """All intervals of one effect; no community's neighbours are known."""
    return reference_controls.full_evidence(
        case.outcome, case.cohort, DONUT, case.controls, case.reached, draws
    )


def verdicts(tables: dict[str, pd.DataFrame], draws: int = 9_999) -> dict[str, reference.Judgement]:
    """The reference's verdict of every planned effect, the five judged together."""
    planned = cases(tables)
    found = [evidence_of(case, draws) for case in planned]
    judged = reference.judge(found, [c.worthwhile for c in planned])
    return {case.effect_id: verdict for case, verdict in zip(planned, judged, strict=True)}
