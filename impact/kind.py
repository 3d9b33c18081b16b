"""Advocacy, research engagement or support: a person's word, rules K1 to K8, then the text."""

from typing import Any

import ibis

from impact.kind_text import SIGNALS, folded, signals_in
from schemas.vocabulary import ActivityType, Beneficiary, LifecyclePhase, OrgType

COLLECTIVE: tuple[Beneficiary, ...] = ("patients_collective", "organisation", "decision_body")
COST_SHARE: tuple[ActivityType, ...] = ("copay_assistance", "free_drug", "hub_service")
ADHERENCE: tuple[ActivityType, ...] = ("nurse_educator", "adherence_program")
TO_SINGLE_PATIENTS: tuple[ActivityType, ...] = (*COST_SHARE, *ADHERENCE, "travel_support")
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
PAYING_PARTNERS: tuple[OrgType, ...] = ("foundation", "other")
"""Partners that can be there only to pay or care for single patients."""
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
FROM_FUND = ("K4", "K4:text")
"""Bases of donations to a patient-assistance fund: never joined to a product's outcomes."""


def classify(
    engagement: ibis.Table, partner: ibis.Table, override: ibis.Table | None = None
) -> ibis.Table:
    """Give every engagement a `kind` and its `kind_basis`.

    A person's `override` comes first, then a given kind (`given`), then rules K1 to K7 over
    structured fields; where all are silent, the same rules over the purpose (`K6:text`). First
    match wins. One row per engagement, as before: `partner` has one row per `partner_id` and
    `override` one per `engagement_id`; both may be empty. What is unknown is never read as
    advocacy: it ends as `unclassified` (K8). A reversal is of the kind of what it takes
    back, so that both leave one sum.
    """
    facts = partner.select("partner_id", "org_type", "is_charity_assistance")
    joined = _with_override(engagement, override).left_join(facts, "partner_id")
    first = [(joined.override_kind.notnull(), "override"), (joined.kind.notnull(), "given")]
    told = joined.mutate(kind_basis=ibis.cases(*first, *_rules(joined), else_="K8"))
    marked = _read_text(told)
    kept = [name for name in engagement.columns if name != "kind_basis"]
    kinds = marked.mutate(kind=_kind(marked)).select(*kept, "kind_basis")
    return _with_payment_kind(kinds)


def _with_override(engagement: ibis.Table, override: ibis.Table | None) -> ibis.Table:
    if override is None:
        return engagement.mutate(override_kind=ibis.null("string"))
    words = override.select("engagement_id", override_kind="kind")
    return engagement.left_join(words, "engagement_id").drop("engagement_id_right")


def _read_text(told: ibis.Table) -> ibis.Table:
    """Read the purpose where the structured fields are silent; each wording is read once."""
    silent = told.filter((told.kind_basis == "K8") & told.purpose.notnull())
    wordings = silent.select("purpose").distinct()
    heard = wordings.select("purpose", **signals_in(folded(wordings.purpose)))
    read = told.left_join(heard, (told.purpose == heard.purpose) & (told.kind_basis == "K8"))
    unheard = {name: read[name].fill_null(ibis.literal(value=False)) for name in SIGNALS}
    read = read.mutate(**unheard)
    basis = ibis.cases(*_text_rules(read), else_="K8")
    return read.mutate(kind_basis=ibis.ifelse(read.kind_basis == "K8", basis, read.kind_basis))


def _kind(row: ibis.Table) -> Any:
    """The kind that a basis stands for.

    Words alone do not show that money for an organisation reached single patients: such a row
    is hybrid, unless the beneficiary is given or the partner can only pay for patients.
    """
    basis, org_type = row.kind_basis, row.org_type.fill_null("unknown")
    beneficiary = row.beneficiary.fill_null("unknown")
    pays = org_type.isin(PAYING_PARTNERS) & ~beneficiary.isin(COLLECTIVE)
    is_sure = ~basis.endswith(":text") | pays | (beneficiary == "patient")
    rule = basis.re_replace(":text$", "")
    return ibis.cases(
        (basis == "override", row.override_kind),
        (basis == "given", row.kind),
        (rule.isin(["K1", "K2", "K3", "K4"]) & ~is_sure, "hybrid"),
        ((rule == "K1") & row.activity_type.isin(ADHERENCE), "support_adherence"),
        (rule.isin(["K1", "K2", "K4"]), "support_access"),
        (rule == "K3", "support_adherence"),
        (rule == "K5", "hybrid"),
        (rule == "K6", "advocacy"),
        (rule == "K7", "research_engagement"),
        else_="unclassified",
    )


def _with_payment_kind(told: ibis.Table) -> ibis.Table:
    payments = told.select(
        reverses_engagement_id="engagement_id", payment_kind="kind", payment_basis="kind_basis"
    )
    joined = told.left_join(payments, "reverses_engagement_id")
    follows = joined.payment_kind.notnull() & ~joined.kind_basis.isin(["given", "override"])
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


def _text_rules(row: ibis.Table) -> list[tuple[Any, str]]:
    """Conditions of K2 to K7 over what the purpose speaks of, in order.

    Structured fields win: what they say goes to single patients is never advocacy or research.
    At a hospital or professional society words lead to hybrid (K5) or research (K7) only.
    """
    org_type = row.org_type.fill_null("unknown")
    is_clinical = org_type.isin(CLINICAL_PARTNERS)
    is_service = row.access | row.adherence | row.clinical_service
    to_single = (row.beneficiary.fill_null("unknown") == "patient") | row.activity_type.isin(
        TO_SINGLE_PATIENTS
    )
    is_group = org_type.isin(PATIENT_PARTNERS) & ~to_single
    return [
        (is_clinical & is_service, "K5:text"),
        (is_clinical & row.research & ~to_single, "K7:text"),
        (is_clinical & row.patients, "K5:text"),
        (is_clinical, "K8"),
        (row.access, "K2:text"),
        (row.adherence, "K3:text"),
        (row.assistance_fund, "K4:text"),
        (row.clinical_service, "K5:text"),
        (is_group & row.collective & ~row.research_first, "K6:text"),
        (row.research & ~to_single, "K7:text"),
    ]
