"""What patients told the synthetic company, what it decided, and the milestones of its products."""

from typing import Any

import pandas as pd

from data.generators.portfolio_log import AS_OF, WINDOW_END, Generator

ADVICE_TYPES = ("advisory_board", "protocol_review")
PHASE_WEIGHT = {"discovery": 2, "phase1": 2, "phase2": 4}
LATE_WEIGHT = 9
"""Weights of the phases in which patients are asked: seldom upstream, mostly from phase 3 on."""
PIECES, SUPPORT_PIECES, DECISIONS = 180, 8, 48
ASKED_AREAS = ("endpoints", "visit_plan", "consent_form", "access_dossier", "patient_leaflet")
UNASKED_AREAS = ("home_delivery", "list_price", "device_choice")
TOPICS = ("endpoint", "visit_schedule", "burden", "consent", "access", "communication", "evidence")
STATUSES = ("adopted", "adopted_modified", "rejected", "out_of_scope", "pending")
STATUS_WEIGHT = (0.18, 0.17, 0.25, 0.15, 0.25)
PROVEN, CLOSED = 0.5, 0.2
"""Shares of adopted advice with a changed document, and of decided advice whose givers hear."""
EVENTS = (
    ("product_a", "protocol_lock", "2021-09-15"),
    ("product_a", "approval", "2022-11-20"),
    ("product_a", "launch", "2023-03-01"),
    ("product_b", "protocol_lock", "2022-05-10"),
    ("product_b", "launch", "2026-09-01"),
    ("product_c", "protocol_lock", "2022-02-01"),
    ("product_d", "protocol_lock", "2023-06-30"),
    ("product_e", "protocol_lock", "2025-11-01"),
)
"""product_c was never discussed, product_d too late; two events are planned for after the study."""
HEARD = {
    "female": 0.36,
    "male": 0.10,
    "under_40": 0.24,
    "age_40_64": 0.22,
    "age_65_plus": 0.08,
}
"""Whose advice it is: women and people under 40 more often than they are concerned."""
UNTOLD_SUBGROUP = 0.15


def product_event_table() -> pd.DataFrame:
    """Milestones of five products."""
    return pd.DataFrame(EVENTS, columns=["product_id", "event", "event_date"])


def input_table(rng: Generator, log: pd.DataFrame) -> pd.DataFrame:
    """Pieces of advice in order of receipt; a few were given in patient support."""
    advice = log[log["activity_type"].isin(ADVICE_TYPES)]
    weight = advice["lifecycle_phase"].map(PHASE_WEIGHT).fillna(LATE_WEIGHT).to_numpy()
    drawn = advice.iloc[rng.choice(len(advice), PIECES, p=weight / weight.sum())]
    nurses = log[log["activity_type"] == "nurse_educator"].iloc[:SUPPORT_PIECES]
    rows = [
        _piece(rng, str(row.engagement_id), pd.Timestamp(str(row.start_date)))
        for row in pd.concat([drawn, nurses]).itertuples(index=False)
    ]
    table = pd.DataFrame(rows).sort_values("received_date", kind="stable", ignore_index=True)
    table.insert(0, "input_id", [f"i{n:03d}" for n in range(1, len(table) + 1)])
    for column in ("influence_company", "influence_partner"):
        table[column] = table[column].astype("Int64")
    return table


def _piece(rng: Generator, engagement_id: str, date: pd.Timestamp) -> dict[str, Any]:
    received = min(date + _days(rng, 0, 14), WINDOW_END)
    decided = received + _days(rng, 30, 240)
    status = str(rng.choice(STATUSES, p=STATUS_WEIGHT))
    status = "pending" if decided > AS_OF else status
    told = decided + _days(rng, 5, 60)
    is_decided, is_adopted = status != "pending", status.startswith("adopted")
    is_proven, is_told = rng.random() < PROVEN, rng.random() < CLOSED
    ours = int(rng.integers(2, 6))
    theirs = max(1, ours - int(rng.integers(0, 3)))
    is_rated = is_decided and rng.random() < 0.8
    subgroup = str(rng.choice(list(HEARD), p=list(HEARD.values())))
    area = str(rng.choice(ASKED_AREAS)) if rng.random() < 0.6 else None
    return {
        "engagement_id": engagement_id,
        "received_date": received,
        "topic": rng.choice(TOPICS),
        "decision_area": area,
        "decision_date": decided if is_decided else None,
        "decision_status": status,
        "artefact_id": f"doc_{engagement_id}" if is_adopted and is_proven else None,
        "feedback_date": told if is_decided and is_told and told <= AS_OF else None,
        "influence_company": ours if is_rated else None,
        "influence_partner": theirs if is_rated and rng.random() < 0.9 else None,
        "subgroup_id": None if rng.random() < UNTOLD_SUBGROUP else subgroup,
    }


def decision_table(rng: Generator, inputs: pd.DataFrame) -> pd.DataFrame:
    """Decisions of patient relevance: three areas in eight were never asked about."""
    rows = []
    for number in range(1, DECISIONS + 1):
        linked = inputs.iloc[int(rng.integers(0, len(inputs)))]
        is_linked = number % 6 == 0
        date = pd.Timestamp("2021-02-01") + _days(rng, 0, 1_420)
        area = str(rng.choice(ASKED_AREAS + UNASKED_AREAS))
        product = str(rng.choice(["product_a", "product_b", "product_c", "product_d"]))
        rows.append(
            {
                "decision_id": f"d{number:02d}",
                "product_id": product if number % 8 else None,
                "lifecycle_phase": rng.choice(["phase2", "phase3", "hta_access", "launch"]),
                "decision_area": area,
                "decision_date": linked["received_date"] + _days(rng, 20, 21)
                if is_linked
                else date,
                "input_id": linked["input_id"] if is_linked else None,
            }
        )
    return pd.DataFrame(rows)


def _days(rng: Generator, low: int, high: int) -> pd.Timedelta:
    return pd.Timedelta(days=int(rng.integers(low, high)))
