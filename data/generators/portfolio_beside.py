"""Tables beside the log: who needs help, whom grants reach, surveys, disclosures, rates."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from data.generators.portfolio_log import Generator
from data.generators.portfolio_more import ANONYMOUS, FX_RATES

REGIONS = ("DE-BB", "DE-BE", "DE-HE", "DE-NI", "DE-SN", "DE-TH")
SUBGROUPS = (
    ("female", "sex", "female"),
    ("male", "sex", "male"),
    ("under_40", "age", "under 40"),
    ("age_40_64", "age", "40 to 64"),
    ("age_65_plus", "age", "65 and over"),
)
NEED = {"female": 0.55, "male": 0.45, "under_40": 0.2, "age_40_64": 0.35, "age_65_plus": 0.45}
REACHED = {"female": 0.7, "male": 0.3, "under_40": 0.25, "age_40_64": 0.5, "age_65_plus": 0.25}
"""Shares of the people in need, and of the participants of evenings, within sex and within age."""
PREVALENCE = 0.004
CONDITION = "condition_x"
WAVES = ("2022", "2023", "2024")
ITEMS = ("keeps_promises", "listens", "respects_independence")
SURVEYED = tuple(f"p{n:02d}" for n in range(1, 19))
DISCLOSED_YEARS = (2021, 2022, 2023)
TELLING_PARTNERS = tuple(f"p{n:02d}" for n in range(1, 11))


def with_region(units: pd.DataFrame) -> pd.DataFrame:
    """The communities in six regions, in turn."""
    return units.assign(region_code=[REGIONS[n % len(REGIONS)] for n in range(len(units))])


def subgroup_table() -> pd.DataFrame:
    """Two sexes, three ages."""
    return pd.DataFrame(SUBGROUPS, columns=["subgroup_id", "dimension", "level"])


def need_table(units: pd.DataFrame) -> pd.DataFrame:
    """Four people in a thousand live with the condition; two years earlier it was fewer."""
    rows = []
    for unit in units.itertuples(index=False):
        everyone = int(str(unit.population)) * PREVALENCE
        rows.append((unit.unit_id, "all", "2022-01-01", round(0.9 * everyone)))
        rows.append((unit.unit_id, "all", "2024-01-01", round(everyone)))
        for subgroup, share in NEED.items():
            rows.append((unit.unit_id, subgroup, "2024-01-01", round(share * everyone)))
    names = ["unit_id", "subgroup_id", "period_start", "prevalent_count"]
    table = pd.DataFrame(rows, columns=names)
    table.insert(0, "condition_code", CONDITION)
    return table


def allocation_table(rng: Generator, log: pd.DataFrame) -> pd.DataFrame:
    """Participants of the evenings: of every second grant by sex, of the others by age."""
    paid = log[(log["initiative_id"] == "information_evenings") & (log["amount"] > 0)]
    rows = []
    for number, engagement_id in enumerate(paid["engagement_id"]):
        dimension = ("sex", "age")[number % 2]
        members = [name for name, of, _ in SUBGROUPS if of == dimension]
        mean = np.array([REACHED[name] for name in members])
        cents = rng.multinomial(100, mean)
        rows += [(engagement_id, m, c / 100) for m, c in zip(members, cents, strict=True) if c]
    return pd.DataFrame(rows, columns=["engagement_id", "subgroup_id", "share"])


def fx_table() -> pd.DataFrame:
    """Euros for one Swiss franc, year by year."""
    rows = [("CHF", "EUR", day, rate) for day, rate in FX_RATES.items()]
    return pd.DataFrame(rows, columns=["currency", "to_currency", "rate_date", "rate"])


def survey_table(rng: Generator) -> pd.DataFrame:
    """Three questions to four people of each partner every year; trust rises a little."""
    rows = []
    for place, wave in enumerate(WAVES):
        for partner in SURVEYED:
            answered = int(rng.integers(0, 4))
            for item in ITEMS:
                for _ in range(answered):
                    score = int(np.clip(round(3.2 + 0.25 * place + rng.standard_normal()), 1, 5))
                    rows.append((partner, wave, item, score, 5, 4))
    names = ["partner_id", "wave", "item_id", "score", "scale_max", "invited_count"]
    return pd.DataFrame(rows, columns=names)


def yearly_sums(log: pd.DataFrame) -> pd.DataFrame:
    """What each payer paid each named partner in each year, in the currency it was paid in.

    Repayments count in the year of the payment they undo.
    """
    year = log["start_date"].dt.year
    undone = log["reverses_engagement_id"].notna()
    of_payment = log.loc[undone, "reverses_engagement_id"].map(
        pd.Series(year.to_numpy(), log["engagement_id"])
    )
    rows = log.assign(year=year.where(~undone, of_payment.reindex(log.index)).astype(int))
    rows = rows[rows["partner_id"] != ANONYMOUS]
    keys = ["payer_id", "partner_id", "year", "currency"]
    sums = rows.groupby(keys, as_index=False)["amount"].sum()
    paid: pd.DataFrame = sums[sums["amount"] > 0]
    return paid


def disclosure_table(rng: Generator, log: pd.DataFrame) -> pd.DataFrame:
    """What both sides published for 2021 to 2023: mostly right, sometimes wrong or left out."""
    sums = yearly_sums(log)
    sums = sums[sums["year"].isin(DISCLOSED_YEARS)]
    told = [
        *_told(rng, sums, "payer", (0.87, 0.06)),
        *_told(rng, sums[sums["partner_id"].isin(TELLING_PARTNERS)], "partner", (0.7, 0.2)),
    ]
    return pd.DataFrame(told)


def _told(
    rng: Generator, sums: pd.DataFrame, side: str, chances: tuple[float, float]
) -> Iterator[dict[str, Any]]:
    """One side's disclosures; `chances` are those of a right and of a wrong amount."""
    right, wrong = chances
    for row in sums.itertuples(index=False):
        luck, factor = rng.random(), float(rng.uniform(1.1, 1.6))
        if luck < right + wrong:
            amount = int(str(row.amount))
            yield {
                "scheme": "efpia" if side == "payer" else "annual report",
                "declared_by": side,
                "year": row.year,
                "payer_id": row.payer_id,
                "partner_id": row.partner_id,
                "amount": amount if luck < right else round(amount * factor),
                "currency": row.currency,
                "purpose": "Support of patient organisations" if side == "payer" else None,
            }
