"""Make the synthetic study `data/studies/portfolio`: a company, five initiatives, known truth.

Nothing in it is real: no company, no partner, no community, no patient. Run from the root of the
repository; the same seed gives the same bytes:

    python -m data.generators.portfolio --seed 1

Every outcome is, per community and month: the community's level, a season and a trend that all
communities share, and a first-order autoregressive disturbance of which a part is common to all
measures of the community. Effects are added from the first exposed month on.
"""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.generators import portfolio_beside, portfolio_log, portfolio_more, portfolio_voice
from data.generators.portfolio_truth import INITIATIVES, MEASURES, QUALITY_OF_LIFE, Measure

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FOLDER = Path(__file__).parents[1] / "studies" / "portfolio"
COMMUNITIES = 60
MONTHS = 48
FIRST_MONTH = "2021-01-01"
STARTS = (20, 27, 34)
COHORT_SIZE = 10
PILOT_START, PILOT_SIZE = 30, 6
AUTOCORRELATION = 0.4
SHARED_VARIANCE = 0.15
MISSING_SHARE = 0.003
NEVER = -1


def disturbances(rng: np.random.Generator, rows: int) -> Floats:
    """Stationary first-order autoregressive series of unit variance, (rows, MONTHS)."""
    fresh = rng.standard_normal((rows, MONTHS))
    series = np.empty_like(fresh)
    series[:, 0] = fresh[:, 0]
    for month in range(1, MONTHS):
        kept = AUTOCORRELATION * series[:, month - 1]
        series[:, month] = kept + np.sqrt(1 - AUTOCORRELATION**2) * fresh[:, month]
    return series


def bad_spells(rng: np.random.Generator) -> Floats:
    """Half-years of hardship, in monthly SD: -2.5 while one lasts, else 0; they end by themselves.

    One begins in a month with probability 1/25; the next begins half a year after it at the
    earliest.
    """
    depth, length, pause = 2.5, 6, 6
    begins = rng.random((COMMUNITIES, MONTHS)) < 1 / 25
    spells = np.zeros((COMMUNITIES, MONTHS))
    for row in range(COMMUNITIES):
        month = 0
        while month < MONTHS:
            if begins[row, month]:
                spells[row, month : month + length] = -depth
                month += length + pause - 1
            month += 1
    return spells


def untouched_outcome(rng: np.random.Generator, measure: Measure, shared: Floats) -> Floats:
    """The outcome that would have been seen without any initiative, (COMMUNITIES, MONTHS)."""
    own = disturbances(rng, COMMUNITIES)
    mixed = np.sqrt(SHARED_VARIANCE) * shared + np.sqrt(1 - SHARED_VARIANCE) * own
    if measure is QUALITY_OF_LIFE:
        mixed = mixed + bad_spells(rng)
    month = np.arange(MONTHS)
    phase = rng.uniform(0, 2 * np.pi)
    calendar = 0.5 * np.sin(2 * np.pi * month / 12 + phase) + 0.01 * month
    level = measure.level + measure.level_sd * rng.standard_normal((COMMUNITIES, 1))
    return np.asarray(level + measure.monthly_sd * (calendar + mixed))


def cohorts_by_lot(rng: np.random.Generator) -> Ints:
    """Three cohorts of ten drawn by lot; thirty communities are never exposed."""
    cohort = np.full(COMMUNITIES, NEVER, dtype=np.int64)
    drawn = rng.permutation(COMMUNITIES)
    for index, start in enumerate(STARTS):
        cohort[drawn[index * COHORT_SIZE : (index + 1) * COHORT_SIZE]] = start
    return cohort


def cohorts_by_need(outcome: Floats) -> Ints:
    """Each time, the ten communities with the worst half-year up to a month before."""
    cohort = np.full(COMMUNITIES, NEVER, dtype=np.int64)
    for start in STARTS:
        recent = outcome[:, start - 7 : start - 1].mean(axis=1)
        recent[cohort != NEVER] = np.inf
        cohort[np.argsort(recent, kind="stable")[:COHORT_SIZE]] = start
    return cohort


def pilot_cohort(rng: np.random.Generator) -> Ints:
    """Six communities, all at once."""
    cohort = np.full(COMMUNITIES, NEVER, dtype=np.int64)
    cohort[rng.permutation(COMMUNITIES)[:PILOT_SIZE]] = PILOT_START
    return cohort


def build_world(seed: int) -> tuple[dict[str, Floats], dict[str, Ints]]:
    """Complete outcomes by measure, (COMMUNITIES, MONTHS), and cohorts by initiative."""
    rng = np.random.default_rng([seed, 0])
    shared = disturbances(rng, COMMUNITIES)
    outcomes = {m.measure_id: untouched_outcome(rng, m, shared) for m in MEASURES}
    cohorts: dict[str, Ints] = {}
    for initiative in INITIATIVES:
        values = outcomes[initiative.measure.measure_id]
        if initiative.roll_out == "need":
            cohort = cohorts_by_need(values)
        elif initiative.roll_out == "pilot":
            cohort = pilot_cohort(rng)
        else:
            cohort = cohorts_by_lot(rng)
        exposed = (cohort[:, None] != NEVER) & (np.arange(MONTHS) >= cohort[:, None])
        outcomes[initiative.measure.measure_id] = values + initiative.effect * exposed
        cohorts[initiative.initiative_id] = cohort
    return outcomes, cohorts


def unit_ids() -> list[str]:
    """The sixty communities."""
    return [f"c{number:02d}" for number in range(1, COMMUNITIES + 1)]


def outcome_table(rng: np.random.Generator, outcomes: dict[str, Floats]) -> pd.DataFrame:
    """One row per measure, community and month; a few are missing, at random."""
    months = pd.date_range(FIRST_MONTH, periods=MONTHS, freq="MS").strftime("%Y-%m-%d")
    index = pd.MultiIndex.from_product(
        [outcomes, unit_ids(), months], names=["measure_id", "unit_id", "period_start"]
    )
    table = index.to_frame(index=False)
    missing = rng.random(len(table)) < MISSING_SHARE
    values = np.concatenate([grid.ravel() for grid in outcomes.values()])
    table["subgroup_id"] = "all"
    table["value"] = pd.Series(np.round(values, 1)).where(~missing)
    table["status"] = np.where(missing, "missing", "observed")
    return table


def unit_table(rng: np.random.Generator) -> pd.DataFrame:
    """The communities, between 20,000 and 250,000 people each."""
    people = np.exp(rng.uniform(np.log(20_000), np.log(250_000), COMMUNITIES))
    return pd.DataFrame(
        {
            "unit_id": unit_ids(),
            "name": [f"Community {uid[1:]} (synthetic)" for uid in unit_ids()],
            "unit_type": "region",
            "population": np.round(people, -2).astype(int),
        }
    )


def initiative_table() -> pd.DataFrame:
    """The five initiatives, without their truth."""
    return pd.DataFrame(
        {
            "initiative_id": [i.initiative_id for i in INITIATIVES],
            "name": [i.name for i in INITIATIVES],
            "theory_of_change": [i.theory_of_change for i in INITIATIVES],
            "owner_function": "Patient advocacy (synthetic)",
            "registered_date": FIRST_MONTH,
        }
    )


def measure_table() -> pd.DataFrame:
    """The five measures of interest and the 24 negative controls."""
    return pd.DataFrame(
        {
            "measure_id": [m.measure_id for m in MEASURES],
            "name": [m.name for m in MEASURES],
            "unit_label": [m.unit_label for m in MEASURES],
            "scale": 1,
            "direction": [m.direction for m in MEASURES],
            "family": [m.family for m in MEASURES],
            "valid_min": 0,
            "valid_max": [365 if m.unit_label == "days" else 100 for m in MEASURES],
            "is_proxy": "false",
            "source": "Synthetic register",
        }
    )


def exposure_table(started: pd.DataFrame) -> pd.DataFrame:
    """Exposure of the initiatives that give it: from the date of the first engagement."""
    given = {i.initiative_id: i.assignment for i in INITIATIVES if i.exposure_from == "table"}
    kept = started[started["initiative_id"].isin(given)]
    return pd.DataFrame(
        {
            "initiative_id": kept["initiative_id"],
            "unit_id": kept["unit_id"],
            "start_date": kept["start_date"],
            "assignment": kept["initiative_id"].map(given),
            "assignment_level": "unit",
        }
    ).sort_values(["initiative_id", "unit_id"], ignore_index=True)


def generate(seed: int) -> dict[str, pd.DataFrame]:
    """All tables of the study for one seed."""
    outcomes, cohorts = build_world(seed)
    rng = np.random.default_rng([seed, 1])
    outcome = outcome_table(rng, outcomes)
    unit = portfolio_beside.with_region(unit_table(rng))
    starts = portfolio_log.start_dates(rng, cohorts, unit_ids(), FIRST_MONTH)
    advocacy_log = portfolio_log.engagement_table(rng, starts)
    rng = np.random.default_rng([seed, 2])
    log = portfolio_more.complete_log(rng, advocacy_log)
    partners = [portfolio_log.partner_table(), portfolio_more.more_partners()]
    known = pd.concat(partners, ignore_index=True)
    return {
        "partner": portfolio_more.with_income(rng, known, log),
        "initiative": initiative_table(),
        "measure": measure_table(),
        "unit": unit,
        "engagement": log,
        "exposure": exposure_table(starts),
        "outcome": outcome,
        **tables_beside(rng, log, unit),
    }


def tables_beside(
    rng: np.random.Generator, log: pd.DataFrame, unit: pd.DataFrame
) -> dict[str, pd.DataFrame]:
    """Patient voice, surveys, disclosures, need, rates."""
    inputs = portfolio_voice.input_table(rng, log)
    return {
        "patient_input": inputs,
        "decision": portfolio_voice.decision_table(rng, inputs),
        "product_event": portfolio_voice.product_event_table(),
        "subgroup": portfolio_beside.subgroup_table(),
        "population_need": portfolio_beside.need_table(unit),
        "engagement_allocation": portfolio_beside.allocation_table(rng, log),
        "fx_rate": portfolio_beside.fx_table(),
        "partner_survey": portfolio_beside.survey_table(rng),
        "public_disclosure": portfolio_beside.disclosure_table(rng, log),
    }


def write(folder: Path, seed: int) -> None:
    """One CSV file per table."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in generate(seed).items():
        table.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n")


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description="Make the tables of data/studies/portfolio.")
    parser.add_argument("--out", type=Path, default=FOLDER)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    write(arguments.out, arguments.seed)


if __name__ == "__main__":
    main()
