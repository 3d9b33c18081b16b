"""What the synthetic company measures, does and truly achieves: the study's declarations."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Measure:
    """One outcome: level and its spread between communities, SD within a community."""

    measure_id: str
    name: str
    unit_label: str
    direction: Literal["higher_better", "lower_better"]
    family: str
    level: float
    level_sd: float
    monthly_sd: float


@dataclass(frozen=True)
class Initiative:
    """One initiative and its truth: `effect` is in the measure's own unit and sign."""

    initiative_id: str
    name: str
    measure: Measure
    effect: float
    roll_out: Literal["lot", "need", "pilot"]
    exposure_from: Literal["table", "engagement"]
    assignment: str
    theory_of_change: str


EARLY_DIAGNOSIS = Measure(
    "early_diagnosis",
    "Diagnosis within 12 months",
    "percent of patients",
    "higher_better",
    "access",
    level=55.0,
    level_sd=6.0,
    monthly_sd=2.0,
)
DAYS_TO_SPECIALIST = Measure(
    "days_to_specialist",
    "Wait from referral to first specialist visit",
    "days",
    "lower_better",
    "access",
    level=48.0,
    level_sd=6.0,
    monthly_sd=3.0,
)
CARE_PLAN = Measure(
    "care_plan_followed",
    "Completion of care plans",
    "percent of patients",
    "higher_better",
    "clinical",
    level=68.0,
    level_sd=5.0,
    monthly_sd=2.0,
)
QUALITY_OF_LIFE = Measure(
    "quality_of_life",
    "Quality of life",
    "points of 100",
    "higher_better",
    "patient_reported",
    level=60.0,
    level_sd=1.0,
    monthly_sd=2.0,
)
SHARED_DECISIONS = Measure(
    "shared_decisions",
    "Shared decisions on treatment",
    "percent of patients",
    "higher_better",
    "patient_reported",
    level=42.0,
    level_sd=5.0,
    monthly_sd=2.0,
)
MAIN_MEASURES = (
    EARLY_DIAGNOSIS,
    DAYS_TO_SPECIALIST,
    CARE_PLAN,
    QUALITY_OF_LIFE,
    SHARED_DECISIONS,
)
CONTROL_NAMES = (
    "Dental check-ups kept",
    "Eye tests kept",
    "Tetanus boosters on schedule",
    "Hearing tests kept",
    "Foot fractures treated within a day",
    "Appendectomies within two days",
    "Cataract referrals answered",
    "Insect-bite visits without follow-up",
    "Hernia operations on schedule",
    "Ear infections resolved at first visit",
    "Prescriptions dispensed the same day",
    "Laboratory results back in two days",
    "Ambulance calls answered in ten seconds",
    "Medical records transferred in a week",
    "Invoices without a query",
    "Appointments that start on time",
    "Waiting rooms inspected",
    "Interpreters provided when asked",
    "Parking complaints answered",
    "Meals rated good",
    "Phone calls answered",
    "Letters sent in the right language",
    "Sick notes issued the same day",
    "Driving-fitness tests on schedule",
)
CONTROL_MEASURES = tuple(
    Measure(
        f"nc{number:02d}",
        name,
        "percent of cases",
        "higher_better",
        "process",
        level=60.0 + number / 2,
        level_sd=4.0,
        monthly_sd=1.5 + number / 24,
    )
    for number, name in enumerate(CONTROL_NAMES, start=1)
)
MEASURES = MAIN_MEASURES + CONTROL_MEASURES

INITIATIVES = (
    Initiative(
        "peer_navigators",
        "Peer navigators (synthetic)",
        EARLY_DIAGNOSIS,
        2.4,
        "lot",
        "table",
        "staggered",
        "Trained peers help people with first symptoms through referral; diagnosis comes sooner.",
    ),
    Initiative(
        "referral_portal",
        "Referral portal (synthetic)",
        DAYS_TO_SPECIALIST,
        3.6,
        "lot",
        "engagement",
        "unknown",
        "One portal for all referrals is meant to shorten the wait for a specialist.",
    ),
    Initiative(
        "information_evenings",
        "Information evenings (synthetic)",
        CARE_PLAN,
        0.0,
        "lot",
        "table",
        "staggered",
        "Evenings with patient organisations explain care plans; more patients follow theirs.",
    ),
    Initiative(
        "relief_grants",
        "Relief grants (synthetic)",
        QUALITY_OF_LIFE,
        0.0,
        "need",
        "engagement",
        "unknown",
        "Grants to patient organisations in communities in difficulty raise quality of life.",
    ),
    Initiative(
        "decision_aid_pilot",
        "Decision-aid pilot (synthetic)",
        SHARED_DECISIONS,
        0.2,
        "pilot",
        "table",
        "self_selected",
        "A booklet prepares patients for the talk with their doctor; more take part in decisions.",
    ),
)
