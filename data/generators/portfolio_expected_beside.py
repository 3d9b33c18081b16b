"""What patient voice, trust, transparency and equity must say in the synthetic study.

Plain loops over the drawn rows, by the definitions; no code of the product.
"""

import statistics
from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any

import pandas as pd

from data.generators import portfolio_expected as parts
from data.generators.portfolio_expected import Truth, Truths, is_told
from data.generators.portfolio_log import AS_OF
from data.generators.portfolio_more import in_euros

Rows = list[dict[str, Any]]
Tables = Mapping[str, pd.DataFrame]
UPSTREAM = ("discovery", "preclinical", "phase1", "phase2")
DEPENDENT = 0.25


def expected(tables: Tables) -> dict[parts.Key, Truth]:
    """Every row that the generator vouches for, of every indicator."""
    truths, log = Truths(), parts.log_rows(tables["engagement"])
    parts.put_spend(truths, log)
    parts.put_compliance(truths, log)
    parts.put_relationships(truths, log)
    parts.put_money_shares(truths, log, tables["product_event"])
    parts.put_spells(truths, log)
    _put_dependence(truths, log, tables["partner"])
    voice = _voice(log, tables["patient_input"])
    _put_decisions(truths, voice)
    _put_locks(truths, voice, tables["product_event"])
    _put_assumptions(truths, voice, tables["decision"])
    _put_trust(truths, tables["partner_survey"])
    _put_disclosure(truths, log, tables["public_disclosure"])
    _put_equity(truths, log, voice, tables)
    return truths.rows


def _put_dependence(truths: Truths, log: Rows, partner: pd.DataFrame) -> None:
    sums: dict[tuple[str, str, int], float] = defaultdict(float)
    for row in parts.payments_of(log):
        if row["drawn"] != "support":
            sums[row["partner_id"], row["payer_id"], row["start_date"].year] += row["net"]
    largest: dict[str, float] = defaultdict(float)
    for (name, _, _), paid in sums.items():
        largest[name] = max(largest[name], paid)
    income = partner.dropna(subset="annual_income").set_index("partner_id")["annual_income"]
    known = {name: paid / float(income[name]) for name, paid in largest.items() if name in income}
    truths.share("q3.dependence", (share > DEPENDENT for share in known.values()))
    for name, share in known.items():
        if share > DEPENDENT:
            truths.part("q3.dependence", largest[name], float(income[name]), 1, partner_id=name)


def _voice(log: Rows, inputs: pd.DataFrame) -> Rows:
    """Advice that was not given in patient support, with its engagement's phase and product."""
    given = {row["engagement_id"]: row for row in log if row["drawn"] != "support"}
    return [
        row
        | {name: given[row["engagement_id"]][name] for name in ("lifecycle_phase", "product_id")}
        for row in parts.records(inputs)
        if row["engagement_id"] in given
    ]


def _put_decisions(truths: Truths, voice: Rows) -> None:
    status = {row["input_id"]: row["decision_status"] for row in voice}
    decided = [row for row in voice if row["decision_status"] != "pending"]
    adopted = [row for row in voice if row["decision_status"].startswith("adopted")]
    truths.share("q2.upstream_share", (row["lifecycle_phase"] in UPSTREAM for row in voice))
    truths.share("q2.conversion", (word.startswith("adopted") for word in status.values()))
    truths.share("q2.decided_share", (word != "pending" for word in status.values()))
    truths.share("q2.loop_closed", (is_told(row["feedback_date"]) for row in decided))
    truths.share("q2.change_proven", (is_told(row["artefact_id"]) for row in adopted))
    days = [(row["decision_date"] - row["received_date"]).days for row in decided]
    truths.put("q2.days_to_decision", Truth(statistics.median(days), len(days)))
    both = ("influence_company", "influence_partner")
    gaps = [
        float(row[both[0]]) - float(row[both[1]])
        for row in voice
        if all(is_told(row[name]) for name in both)
    ]
    truths.put("q2.influence_gap", Truth(statistics.fmean(gaps), len(gaps)))


def _put_locks(truths: Truths, voice: Rows, events: pd.DataFrame) -> None:
    locks = {
        row["product_id"]: pd.Timestamp(row["event_date"])
        for row in parts.records(events)
        if row["event"] == "protocol_lock" and pd.Timestamp(row["event_date"]) <= AS_OF
    }
    first: dict[str, pd.Timestamp] = {}
    for row in voice:
        product = row["product_id"]
        first[product] = min(first.get(product, row["received_date"]), row["received_date"])
    days = [(locks[product] - first[product]).days for product in locks if product in first]
    truths.put("q2.first_touch_days", Truth(statistics.median(days), len(days)))
    truths.share("q2.program_coverage", (first.get(p, AS_OF) < lock for p, lock in locks.items()))


def _put_assumptions(truths: Truths, voice: Rows, decisions: pd.DataFrame) -> None:
    heard = {row["input_id"] for row in voice}
    made = [row for row in parts.records(decisions) if row["decision_date"] <= AS_OF]
    truths.share(
        "q2.assumption_share",
        (
            row["input_id"] not in heard and not any(_precedes(piece, row) for piece in voice)
            for row in made
        ),
    )


def _precedes(piece: Mapping[str, Any], decision: Mapping[str, Any]) -> bool:
    is_same = not is_told(decision["product_id"]) or decision["product_id"] == piece["product_id"]
    earliest = decision["decision_date"] - pd.DateOffset(months=24)
    in_time = earliest <= piece["received_date"] <= decision["decision_date"]
    return bool(is_same and in_time and piece["decision_area"] == decision["decision_area"])


def _put_trust(truths: Truths, survey: pd.DataFrame) -> None:
    waves = sorted(set(survey["wave"]))
    for wave in waves:
        scores = survey.loc[survey["wave"] == wave, "score"].tolist()
        truths.share("q3.trust", (score >= 4 for score in scores), wave=wave)
        answers = survey[(survey["wave"] == wave) & (survey["item_id"] == "listens")]
        invited = answers.groupby("partner_id")["invited_count"].first().sum()
        truths.part(
            "q3.trust", len(answers), int(invited), int(invited), wave=wave, part="response_rate"
        )
    latest = survey.loc[survey["wave"] == waves[-1], "score"].tolist()
    truths.share("q3.trust", (score >= 4 for score in latest))


def _put_disclosure(truths: Truths, log: Rows, told: pd.DataFrame) -> None:
    paid: dict[tuple[str, str, int], float] = defaultdict(float)
    payments = parts.payments_of(log)
    for row in payments:
        paid[row["payer_id"], row["partner_id"], row["start_date"].year] += row["net"]
    truths.share("t.purpose_filled", (bool(str(row["purpose"]).strip()) for row in payments))
    ours, theirs = (_said(told, side) for side in ("payer", "partner"))
    open_years = {(payer, year) for payer, _, year in ours}
    asked = [(key, sum_) for key, sum_ in paid.items() if (key[0], key[2]) in open_years]
    truths.share("t.disclosure_match", (_agrees(sum_, ours.get(key)) for key, sum_ in asked))
    both_open = {(partner, year) for _, partner, year in theirs}
    either = [
        key
        for key in ours.keys() | theirs.keys()
        if (key[0], key[2]) in open_years and (key[1], key[2]) in both_open
    ]
    truths.share("t.two_sided", (_agrees(theirs.get(key), ours.get(key)) for key in either))


def _said(told: pd.DataFrame, side: str) -> dict[tuple[str, str, int], float]:
    sums: dict[tuple[str, str, int], float] = defaultdict(float)
    for row in parts.records(told[told["declared_by"] == side]):
        end = pd.Timestamp(row["year"], 12, 31)
        key = (row["payer_id"], row["partner_id"], row["year"])
        sums[key] += in_euros(row["amount"], row["currency"], end)
    return sums


def _agrees(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return False
    return abs(one - other) <= max(1.0, 0.01 * max(one, other))


def _put_equity(truths: Truths, log: Rows, voice: Rows, tables: Tables) -> None:
    need = tables["population_need"].query("period_start == '2024-01-01'")
    sums = need.groupby("subgroup_id")["prevalent_count"].sum()
    wanted = {str(name): float(count) for name, count in sums.items()}
    heard = Counter(row["subgroup_id"] for row in voice if is_told(row["subgroup_id"]))
    advocacy = [row for row in log if row["drawn"] == "advocacy"]
    persons = {
        row["engagement_id"]: int(row["participant_count"])
        for row in advocacy
        if is_told(row["participant_count"])
    }
    reached: dict[str, float] = defaultdict(float)
    for row in parts.records(tables["engagement_allocation"]):
        reached[row["subgroup_id"]] += persons[row["engagement_id"]] * row["share"]
    groups = tables["subgroup"].groupby("dimension")["subgroup_id"].apply(list)
    for dimension, members in groups.items():
        voices, lives = (_shares(counts, members) for counts in (heard, wanted))
        half = sum(abs(voices[m] - lives[m]) for m in members) / 2
        n = sum(heard[m] for m in members)
        truths.put("q2.dissimilarity", Truth(half, n), dimension=dimension)
        grants, total = _shares(reached, members), round(sum(reached[m] for m in members))
        for m in members:
            by = {"dimension": dimension, "subgroup_id": m}
            truths.part("q2.participation_ratio", voices[m], lives[m], n, **by)
            truths.part("e.reach_ratio", grants[m], lives[m], total, **by)
    _put_places(truths, advocacy, need[need["subgroup_id"] == "all"], tables["unit"])


def _shares(counts: Mapping[str, float], members: list[str]) -> dict[str, float]:
    total = sum(counts[name] for name in members)
    return {name: counts[name] / total for name in members}


def _put_places(truths: Truths, advocacy: Rows, need: pd.DataFrame, units: pd.DataFrame) -> None:
    region = dict(zip(units["unit_id"], units["region_code"], strict=True))
    placed = [row for row in advocacy if is_told(row["unit_id"])]
    wanted: dict[str, float] = defaultdict(float)
    paid: dict[str, float] = defaultdict(float)
    reached: dict[str, float] = defaultdict(float)
    for row in parts.records(need):
        wanted[region[row["unit_id"]]] += row["prevalent_count"]
    for row in placed:
        paid[region[row["unit_id"]]] += row["euros"]
        if is_told(row["participant_count"]):
            reached[region[row["unit_id"]]] += row["participant_count"]
    name, counts = "e.spend_per_patient", Counter(region.values())
    truths.part(name, sum(paid.values()), sum(wanted.values()), len(units))
    total = sum(reached.values())
    for code in sorted(wanted):
        truths.part(name, paid[code], wanted[code], counts[code], region_code=code)
        own, wish = reached[code] / total, wanted[code] / sum(wanted.values())
        truths.part("e.reach_ratio", own, wish, round(total), region_code=code)
