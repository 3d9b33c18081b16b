"""The closed lists of the data contract and of the results file, each said once."""

from typing import Literal, get_args

ActivityType = Literal[
    "advisory_board",
    "protocol_review",
    "co_creation",
    "education_grant",
    "core_grant",
    "project_grant",
    "sponsorship_event",
    "sponsorship_other",
    "membership_fee",
    "donation_in_kind",
    "contracted_service",
    "policy_campaign",
    "awareness_campaign",
    "screening_campaign",
    "research_collaboration",
    "meeting",
    "survey",
    "copay_assistance",
    "free_drug",
    "hub_service",
    "nurse_educator",
    "adherence_program",
    "travel_support",
    "other",
    "unknown",
]
Kind = Literal[
    "advocacy",
    "research_engagement",
    "support_access",
    "support_adherence",
    "hybrid",
    "unclassified",
]
Beneficiary = Literal["patient", "patients_collective", "organisation", "decision_body", "unknown"]
LifecyclePhase = Literal[
    "discovery",
    "preclinical",
    "phase1",
    "phase2",
    "phase3",
    "regulatory",
    "hta_access",
    "launch",
    "post_market",
    "not_product_specific",
    "unknown",
]
EngagementLevel = Literal["inform", "consult", "involve", "collaborate", "patient_led"]
InitiatedBy = Literal["company", "partner", "joint", "third_party"]
FundingType = Literal[
    "core_unrestricted", "restricted_project", "sponsorship", "fee_for_service", "in_kind", "none"
]
DisclosureScheme = Literal["efpia", "open_payments", "national", "none", "not_required"]
DatePrecision = Literal["day", "month", "year"]
Topic = Literal[
    "endpoint",
    "eligibility",
    "burden",
    "visit_schedule",
    "device",
    "consent",
    "label",
    "access",
    "support_service",
    "evidence",
    "communication",
    "other",
]
DecisionStatus = Literal["pending", "adopted", "adopted_modified", "rejected", "out_of_scope"]
Assignment = Literal[
    "randomised", "policy", "staggered", "eligibility_threshold", "self_selected", "unknown"
]
AssignmentLevel = Literal["unit", "parent"]
Comparison = Literal["never_exposed", "not_yet_exposed"]
OutcomeStatus = Literal["observed", "suppressed", "missing", "provisional"]
OrgType = Literal[
    "patient_org",
    "umbrella",
    "professional_society",
    "hospital",
    "foundation",
    "public_body",
    "other",
]
Direction = Literal["higher_better", "lower_better"]
MeasureFamily = Literal["clinical", "patient_reported", "access", "equity", "trial", "process"]
UnitType = Literal["region", "site", "county", "state", "plan", "village", "person"]
DeclaredBy = Literal["payer", "partner"]
ProductEventType = Literal["protocol_lock", "submission", "approval", "launch", "hta_decision"]
PeriodLength = Literal["month", "quarter", "year"]
PERIOD_MONTHS: dict[PeriodLength, int] = {"month": 1, "quarter": 3, "year": 12}
"""Months in a period; quarters and years are those of the calendar."""

EffectRole = Literal["primary", "secondary", "negative_control"]
Method = Literal[
    "randomised",
    "group_time_did",
    "synthetic_did",
    "dose_did",
    "switching_did",
    "interrupted_series",
]
Verdict = Literal["improves", "harms", "no_meaningful_effect", "inconclusive", "not_evaluable"]
Certainty = Literal["high", "moderate", "low", "very_low"]
CapReason = Literal[
    "OBSERVATIONAL",
    "FEW_CONTROLS",
    "FEW_CLUSTERS",
    "MISSING",
    "PROXY",
    "AMENDED",
    "COHORT_SIGNS",
    "NOT_EVALUATED",
    "ONE_SERIES",
]
IntervalName = Literal[
    "plain", "donut", "trend_robust", "calibrated", "calibrated_twice", "far_only", "clean"
]
Status = Literal["PASS", "FAIL", "NOT_EVALUATED", "NOT_APPLICABLE"]
Reason = Literal[
    "NO_PLAN",
    "DATA",
    "NO_EXPOSED",
    "NO_COMPARISON",
    "NO_VARIATION",
    "NO_POST",
    "NO_OUTCOME",
    "TOO_FEW_PRE",
    "TOO_FEW_UNITS",
    "MISSING_TABLE",
    "UNATTAINABLE_P",
    "TIMING",
    "ANTICIPATION",
    "FRAGILE",
    "TREND",
    "NEGATIVE_CONTROL",
    "SPILLOVER",
    "COMPETING",
    "ATTRITION",
    "IMPRECISE",
    "ONE_SERIES",
]
Requirement = Literal["agreement", "fair_market_value", "approval", "disclosure"]
Question = Literal["Q1", "Q2", "Q3", "transparency", "equity"]

CERTAINTIES: tuple[Certainty, ...] = get_args(Certainty)
"""From the best to the worst."""
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
INTERVAL_NAMES: tuple[IntervalName, ...] = get_args(IntervalName)
REQUIREMENTS: tuple[Requirement, ...] = get_args(Requirement)
"""What a type of activity may require before it counts as complete."""
SUPPORT_KINDS: tuple[Kind, ...] = ("support_access", "support_adherence")
UNCLEAR_KINDS: tuple[Kind, ...] = ("hybrid", "unclassified")
EXPOSING_KINDS: tuple[Kind, ...] = ("advocacy", "research_engagement")
