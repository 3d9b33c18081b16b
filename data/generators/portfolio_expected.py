"""What the indicators of the synthetic study must say, worked out from the drawn tables.

Plain loops over rows, by the definitions; no code of the product. The kind of each engagement is
the one it was drawn as. Amounts are in EUR.
"""

import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from data.generators.portfolio_log import WINDOW_END
from data.generators.portfolio_more import ANONYMOUS, in_euros

Key = tuple[str, tuple[tuple[str, str], ...]]
Row = Mapping[str, Any]
Pair = tuple[str, str]
SUPPORT = frozenset(
    {
        "copay_assistance",
        "free_drug",
        "hub_service",
        "nurse_educator",
        "adherence_program",
        "travel_support",
        "donation_in_kind",
    }
)
RESEARCH = frozenset({"advisory_board", "protocol_review"})
UNCLEAR = frozenset({"screening_campaign", "sponsorship_other", "other", "unknown"})
NEEDS_NO_AGREEMENT = frozenset({"membership_fee"})
REQUIRES_NOTHING = frozenset({"meeting", "other", "unknown"})
FINDINGS = {
    "peer_navigators": "favourable",
    "referral_portal": "unfavourable",
    "information_evenings": "little_difference",
    "relief_grants": "inconclusive",
    "decision_aid_pilot": "inconclusive",
}
"""What the five initiatives should be found to do, see README.md of the study."""


@dataclass(frozen=True)
class Truth:
    """One row: its value, and what it was made from where that is told."""

    value: float
    n: int
    numerator: float | None = None
    denominator: float | None = None


class Truths:
    """Rows by indicator and `by`."""

    def __init__(self) -> None:
        self.rows: dict[Key, Truth] = {}

    def put(self, indicator_id: str, truth: Truth, **by: object) -> None:
        """Keep one row."""
        self.rows[indicator_id, tuple(sorted((k, str(v)) for k, v in by.items()))] = truth

    def share(self, indicator_id: str, flags: Iterable[bool], **by: object) -> None:
        """A share of things counted."""
        told = list(flags)
        self.part(indicator_id, sum(told), len(told), len(told), **by)

    def part(
        self, indicator_id: str, numerator: float, denominator: float, n: int, **by: object
    ) -> None:
        """One sum over another."""
        truth = Truth(numerator / denominator, n, float(numerator), float(denominator))
        self.put(indicator_id, truth, **by)


def is_told(value: Any) -> bool:
    """Whether a cell is filled."""
    return not pd.isna(value)


def drawn_kind(row: Row) -> str:
    """The kind an engagement was drawn as: advocacy, research, support or unclear."""
    activity = row["activity_type"]
    if activity in SUPPORT:
        return "support"
    if activity in RESEARCH:
        return "research"
    return "unclear" if activity in UNCLEAR else "advocacy"


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a table, each by column."""
    return [{str(name): cell for name, cell in row.items()} for row in table.to_dict("records")]


def log_rows(log: pd.DataFrame) -> list[dict[str, Any]]:
    """Every engagement with its `drawn` kind, `euros`, and `net` of what was paid back."""
    rows = records(log)
    back: dict[str, float] = defaultdict(float)
    for row in rows:
        row["drawn"] = drawn_kind(row)
        row["euros"] = in_euros(row["amount"], row["currency"], row["start_date"])
        if is_told(row["reverses_engagement_id"]):
            back[row["reverses_engagement_id"]] += row["euros"]
    for row in rows:
        row["net"] = row["euros"] + back[row["engagement_id"]]
    return rows


def payments_of(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Payments to named partners, support among them."""
    return [
        row
        for row in rows
        if row["net"] > 0
        and not is_told(row["reverses_engagement_id"])
        and row["partner_id"] != ANONYMOUS
    ]


def put_spend(truths: Truths, rows: list[dict[str, Any]]) -> None:
    """Spend by kind, and what the advocacy money went to."""
    for indicator_id, kinds, by in (
        ("q1.spend_advocacy", {"advocacy"}, {}),
        ("q1.spend_advocacy", {"research"}, {"kind": "research_engagement"}),
        ("q1.spend_advocacy", {"advocacy", "unclear"}, {"kinds": "with_unclear"}),
        ("q1.spend_support", {"support"}, {}),
        ("q1.spend_unclassified", {"unclear"}, {}),
    ):
        mine = [row["euros"] for row in rows if row["drawn"] in kinds]
        truths.put(indicator_id, Truth(sum(mine), len(mine)), **by)
    _put_evidence(truths, [row for row in rows if row["drawn"] == "advocacy"])


def _put_evidence(truths: Truths, advocacy: list[dict[str, Any]]) -> None:
    counted = {row["engagement_id"] for row in advocacy if is_told(row["participant_count"])}
    sums: dict[tuple[str, str], list[float]] = defaultdict(list)
    for row in advocacy:
        shown = {row["engagement_id"], row["reverses_engagement_id"]} & counted
        if is_told(row["initiative_id"]):
            sums["E3", FINDINGS[row["initiative_id"]]].append(row["euros"])
        else:
            sums["E1" if shown else "E0", ""].append(row["euros"])
    total = sum(row["euros"] for row in advocacy)
    for level in ("E0", "E1", "E2", "E3"):
        mine = [paid for at, paids in sums.items() if at[0] == level for paid in paids]
        truths.part("q1.evidence_share", sum(mine), total, len(mine), grade=level)
    for finding in sorted(set(FINDINGS.values())):
        mine = sums["E3", finding]
        truths.part("q1.evidence_share", sum(mine), total, len(mine), grade="E3", finding=finding)


def put_compliance(truths: Truths, rows: list[dict[str, Any]]) -> None:
    """Activities outside support with all that their type requires."""
    asked = [
        row
        for row in rows
        if row["drawn"] != "support"
        and not is_told(row["reverses_engagement_id"])
        and row["activity_type"] not in REQUIRES_NOTHING
    ]
    truths.share("q1.compliance_complete", (_is_complete(row) for row in asked))


def _is_complete(row: Row) -> bool:
    activity = row["activity_type"]
    has_agreement = row["has_written_agreement"] == "true" or activity in NEEDS_NO_AGREEMENT
    is_fair = activity not in RESEARCH or (
        is_told(row["paid_rate"]) and row["paid_rate"] <= row["fmv_rate"]
    )
    is_approved = is_told(row["approval_date"]) and row["approval_date"] <= row["start_date"]
    is_open = is_told(row["disclosed_date"]) or row["disclosure_scheme"] == "not_required"
    return has_agreement and is_fair and is_approved and is_open


def put_relationships(truths: Truths, rows: list[dict[str, Any]]) -> None:
    """Counts, concentration and retention of everything but support."""
    paid = [row for row in payments_of(rows) if row["drawn"] != "support"]
    years: dict[Pair, set[int]] = defaultdict(set)
    for row in paid:
        years[row["payer_id"], row["partner_id"]].add(row["start_date"].year)
    payers = {payer for payer, _ in years}
    truths.put("q3.payments", Truth(len(paid), len(paid)))
    truths.put("q3.payers", Truth(len(payers), len(paid)))
    truths.put("q3.median_payment", Truth(statistics.median(r["net"] for r in paid), len(paid)))
    truths.put("q3.pairs", Truth(len(years), len(years)))
    truths.share("q3.pairs_two_years", (len(seen) >= 2 for seen in years.values()))
    truths.share("q3.pairs_three_years", (len(seen) >= 3 for seen in years.values()))
    funders = Counter(partner for _, partner in years)
    truths.share("q3.single_funder_share", (count == 1 for count in funders.values()))
    truths.put("q3.partners", Truth(len(funders), len(funders)))
    for side, key in (("recipients", "partner_id"), ("payers", "payer_id")):
        _put_concentration(truths, side, _sums(paid, key))
    for year in (2021, 2022, 2023):
        both = {p for p in payers if {year, year + 1} <= _years_of(years, p)}
        first = [seen for (payer, _), seen in years.items() if payer in both and year in seen]
        kept = (year + 1 in seen for seen in first)
        truths.share("q3.retention", kept, from_year=year, year=year + 1)


def _years_of(years: Mapping[Pair, set[int]], payer: str) -> set[int]:
    return {year for (name, _), seen in years.items() if name == payer for year in seen}


def _sums(paid: Iterable[Row], key: str) -> list[float]:
    sums: dict[str, float] = defaultdict(float)
    for row in paid:
        sums[row[key]] += row["net"]
    return sorted(sums.values(), reverse=True)


def _put_concentration(truths: Truths, side: str, sums: list[float]) -> None:
    total, n = sum(sums), len(sums)
    truths.put(f"q3.hhi_{side}", Truth(sum((s / total) ** 2 for s in sums), n))
    truths.part(f"q3.top10_{side}", sum(sums[:10]), total, n)


def put_money_shares(truths: Truths, rows: list[dict[str, Any]], events: pd.DataFrame) -> None:
    """Money under long agreements, free to use, and around a launch."""
    paid = [row for row in payments_of(rows) if row["drawn"] != "support"]
    agreed = [row for row in paid if is_told(row["agreement_start"])]
    free = [row for row in paid if row["funding_type"] != "none"]
    launch = events[events["event"] == "launch"].set_index("product_id")["event_date"]
    linked = [row for row in paid if row["product_id"] in launch.index]
    core = [row for row in free if row["funding_type"] == "core_unrestricted"]
    near = [row for row in linked if _is_near(row, pd.Timestamp(launch[row["product_id"]]))]
    for name, some, base in (
        ("q3.multi_year_share", [row for row in agreed if has_long_agreement(row)], agreed),
        ("q3.core_share", core, free),
        ("q3.launch_coupling", near, linked),
    ):
        truths.part(name, sum(r["net"] for r in some), sum(r["net"] for r in base), len(base))


def _is_near(row: Row, launch: pd.Timestamp) -> bool:
    year = pd.DateOffset(years=1)
    return bool(launch - year <= row["start_date"] <= launch + year)


def has_long_agreement(row: Row) -> bool:
    """Whether there is an agreement of 24 months or more."""
    if not is_told(row["agreement_start"]):
        return False
    end = row["agreement_end"] + pd.Timedelta(days=1)
    return bool(end >= row["agreement_start"] + pd.DateOffset(years=2))


def put_spells(truths: Truths, rows: list[dict[str, Any]]) -> None:
    """Relationships that last, one-off ones, and who takes the first step."""
    met = [
        row
        for row in rows
        if row["drawn"] != "support" and not is_told(row["reverses_engagement_id"])
    ]
    truths.share("q3.reciprocity", _first_steps(met))
    free = (row["euros"] == 0 or row["funding_type"] in {"none", "in_kind"} for row in met)
    truths.share("q3.reciprocity", free, part="non_monetary")
    pairs: dict[Pair, list[dict[str, Any]]] = defaultdict(list)
    for row in met:
        if row["partner_id"] != ANONYMOUS:
            pairs[row["payer_id"], row["partner_id"]].append(row)
    truths.share("q3.transactional_share", _one_offs(pairs.values()))
    _put_tenure(truths, pairs.values())


def _first_steps(met: Iterable[Row]) -> list[bool]:
    told = [row["initiated_by"] for row in met if is_told(row["initiated_by"])]
    return [word in {"partner", "joint"} for word in told]


def _one_offs(pairs: Iterable[list[dict[str, Any]]]) -> list[bool]:
    found = []
    for own in pairs:
        days = [row["start_date"] for row in own]
        if min(days) <= WINDOW_END - pd.DateOffset(years=2):
            is_short = max(days) < min(days) + pd.DateOffset(years=1)
            found.append(is_short and not any(has_long_agreement(row) for row in own))
    return found


def _put_tenure(truths: Truths, pairs: Iterable[list[dict[str, Any]]]) -> None:
    """Kaplan and Meier by hand: at each end, those who go on among those at risk."""
    opened = pd.Timestamp(WINDOW_END.year - 3, 1, 1)
    spells = [spell for own in pairs if (spell := _spell(own, opened)) is not None]
    for years in (1, 2, 3, 5):
        alive = 1.0
        for day in sorted({end for _, end, ended in spells if ended and end <= years * 365.25}):
            risk = sum(entry < day <= end for entry, end, _ in spells)
            gone = sum(ended and end == day for _, end, ended in spells)
            alive *= 1 - gone / risk
        truths.put("q3.tenure", Truth(alive, len(spells)), years=years)


def _spell(own: list[dict[str, Any]], opened: pd.Timestamp) -> tuple[int, int, bool] | None:
    """Days of entry and of end since the start, and whether it ended; None if not to be told."""
    first = min(row["start_date"] for row in own)
    last = max(row["start_date"] for row in own)
    agreed = [row["agreement_start"] for row in own if is_told(row["agreement_start"])]
    start = min([first, *agreed])
    is_agreed = bool(agreed) and min(agreed) <= first
    if not is_agreed and first < opened + pd.DateOffset(years=1):
        return None
    entry = (opened - start).days if start < opened else -1
    end = (last - start).days
    has_ended = bool(last <= WINDOW_END - pd.DateOffset(years=2))
    return (entry, end, has_ended) if end > entry else None
