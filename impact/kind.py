"""Advocacy, research engagement or support: rules K1 to K8 over structured fields."""

from typing import Any

import ibis

from schemas.vocabulary import ActivityType, Beneficiary, LifecyclePhase, OrgType

COLLECTIVE: tuple[Beneficiary, ...] = ("patients_collective", "organisation", "decision_body")
COST_SHARE: tuple[ActivityType, ...] = ("copay_assistance", "free_drug", "hub_service")
ADHERENCE: tuple[ActivityType, ...] = ("nurse_educator", "adherence_program")
ON_THERAPY: tuple[LifecyclePhase, ...] = ("launch", "post_market")
DONATION: tuple[ActivityType, ...] = (
    "core_grant",
    "project_grant",
    "education_grant",
    "donation_in_kind",
    "sponsorship_other",
    "membership_fee",
    "other",
    "unknown",
)
CLINICAL_SERVICE: tuple[ActivityType, ...] = (*ADHERENCE, "screening_campaign")
CLINICAL_PARTNERS: tuple[OrgType, ...] = ("hospital", "professional_society")
PATIENT_PARTNERS: tuple[OrgType, ...] = ("patient_org", "umbrella")
ONLY_COLLECTIVE: tuple[ActivityType, ...] = (
    "core_grant",
    "membership_fee",
    "sponsorship_event",
    "policy_campaign",
    "awareness_campaign",
)
DESIGN_INPUT: tuple[ActivityType, ...] = ("protocol_review", "research_collaboration")
ADVICE: tuple[ActivityType, ...] = ("advisory_board", "co_creation", "survey", "meeting")
DESIGN_PHASES: tuple[LifecyclePhase, ...] = (
    "discovery",
    "preclinical",
    "phase1",
    "phase2",
    "phase3",
    "regulatory",
    "hta_access",
)


def classify(engagement: ibis.Table, partner: ibis.Table) -> ibis.Table:
    """Give every engagement a `kind` and its `kind_basis`: `given`, or the rule K1 to K8.

    First match wins; a given kind overrides the rules. One row per engagement, as before:
    `partner` has one row per `partner_id` and may be empty. What is unknown is never read
    as advocacy: it ends as `unclassified` (K8). A reversal is of the kind of what it takes
    back, so that both leave one sum.
    """
    facts = partner.select("partner_id", "org_type", "is_charity_assistance")
    joined = engagement.left_join(facts, "partner_id")
    basis = ibis.cases((joined.kind.notnull(), "given"), *_rules(joined), else_="K8")
    marked = joined.mutate(kind_basis=basis)
    derived = ibis.cases(
        (marked.kind_basis == "given", marked.kind),
        ((marked.kind_basis == "K1") & marked.activity_type.isin(ADHERENCE), "support_adherence"),
        (marked.kind_basis.isin(["K1", "K2", "K4"]), "support_access"),
        (marked.kind_basis == "K3", "support_adherence"),
        (marked.kind_basis == "K5", "hybrid"),
        (marked.kind_basis == "K6", "advocacy"),
        (marked.kind_basis == "K7", "research_engagement"),
        else_="unclassified",
    )
    kept = [name for name in engagement.columns if name != "kind_basis"]
    return _with_payment_kind(marked.mutate(kind=derived).select(*kept, "kind_basis"))


def _with_payment_kind(told: ibis.Table) -> ibis.Table:
    payments = told.select(
        reverses_engagement_id="engagement_id", payment_kind="kind", payment_basis="kind_basis"
    )
    joined = told.left_join(payments, "reverses_engagement_id")
    follows = joined.payment_kind.notnull() & (joined.kind_basis != "given")
    return joined.mutate(
        kind=ibis.ifelse(follows, joined.payment_kind, joined.kind),
        kind_basis=ibis.ifelse(follows, joined.payment_basis, joined.kind_basis),
    ).select(*told.columns)


def _rules(row: ibis.Table) -> list[tuple[Any, str]]:
    """Conditions of K1 to K7 in order; null fields make a condition false."""
    beneficiary = row.beneficiary.fill_null("unknown")
    phase = row.lifecycle_phase.fill_null("unknown")
    org_type = row.org_type.fill_null("other")
    activity = row.activity_type
    is_linked = row.is_product_linked.fill_null(row.product_id.notnull())
    to_patient = beneficiary == "patient"
    to_many = beneficiary.isin(COLLECTIVE)
    is_education = (activity == "education_grant") & phase.isin(ON_THERAPY) & ~to_many
    only_collective = (beneficiary == "unknown") & activity.isin(ONLY_COLLECTIVE)
    is_charity = row.is_charity_assistance.fill_null(ibis.literal(value=False))
    return [
        (to_patient & is_linked, "K1"),
        (activity.isin(COST_SHARE) | ((activity == "travel_support") & ~to_many), "K2"),
        ((activity.isin(ADHERENCE) | is_education) & is_linked, "K3"),
        (is_charity & activity.isin(DONATION), "K4"),
        (
            org_type.isin(CLINICAL_PARTNERS) & (to_patient | activity.isin(CLINICAL_SERVICE)),
            "K5",
        ),
        (org_type.isin(PATIENT_PARTNERS) & (to_many | only_collective), "K6"),
        (
            activity.isin(DESIGN_INPUT) | (activity.isin(ADVICE) & phase.isin(DESIGN_PHASES)),
            "K7",
        ),
    ]
