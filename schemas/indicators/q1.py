"""Q1 beside the effects: what the money went to, and how strong the evidence for it is."""

from schemas.indicators.spec import IndicatorSpec

_SPEND = ("engagement.amount", "engagement.activity_type")
_OWN = "METHODS §6"

Q1 = (
    IndicatorSpec(
        "q1.spend_advocacy",
        "Spend on advocacy",
        "Net amounts of advocacy engagements; support is never part of it.",
        "sum of net amounts of kind advocacy",
        "-",
        "engagements with a known amount",
        "currency",
        _SPEND,
        _OWN,
        by=("kind: research_engagement", "kinds: with_unclear"),
    ),
    IndicatorSpec(
        "q1.spend_support",
        "Spend on patient support",
        "Net amounts of support_access and support_adherence.",
        "sum of net amounts of the two support kinds",
        "-",
        "engagements with a known amount",
        "currency",
        _SPEND,
        _OWN,
    ),
    IndicatorSpec(
        "q1.spend_unclassified",
        "Spend that cannot be classified",
        "Net amounts of hybrid and unclassified engagements: how far spend on advocacy may be off.",
        "sum of net amounts of kinds hybrid and unclassified",
        "-",
        "engagements with a known amount",
        "currency",
        _SPEND,
        _OWN,
    ),
    IndicatorSpec(
        "q1.evidence_share",
        "Spend by strength of evidence",
        "Advocacy spend by the best evidence for the initiative it belongs to: E0 compliance "
        "fields only; E1 participants or hours of the engagement counted; E2 a planned measure "
        "observed before and after, without a comparison (one interrupted series, or no estimate "
        "for want of comparison units or variation); E3 an effect estimated against a comparison. "
        "Negative controls and subgroups apart, an initiative with several effects counts as "
        "unfavourable, favourable, little_difference or inconclusive: the first that it has. Money"
        " goes by allocation where there is one; a reversal counts where its payment does.",
        "sum of net amounts at the grade",
        "sum of net amounts of kind advocacy",
        "engagements with a known amount at the grade, once for each of their initiatives",
        "share",
        _SPEND,
        _OWN,
        by=(
            "grade: E0 to E3",
            "grade: E3, finding: favourable, unfavourable, little_difference or inconclusive",
            "grade (and finding at E3), initiative_id: each initiative with spend at that grade",
            "kinds: with_unclear, beside each row but those by initiative_id",
        ),
        optional=(
            "engagement.initiative_id",
            "engagement.participant_count",
            "engagement.participant_hours",
            "exposure.initiative_id",
            "outcome.value",
        ),
    ),
    IndicatorSpec(
        "q1.compliance_complete",
        "Activities with complete compliance records",
        "Activities with everything that their type requires; apart from evidence, and never "
        "summed with it. A written agreement, fair market value (a rate given, and the paid rate "
        "not above it), approval on or before the start (of a month or year, its first day), "
        "disclosure (a date, or a scheme that does not require it). A field that is empty is not "
        "complete. Support is left out; a reversal is no activity.",
        "activities with all that is required",
        "activities whose type requires anything",
        "the denominator",
        "share",
        ("engagement.activity_type",),
        _OWN,
        "wilson",
        by=(
            "part: agreement, fair_market_value, approval or disclosure",
            "initiative_id: its activities, where any of them requires anything",
        ),
        optional=(
            "engagement.initiative_id",
            "engagement.has_written_agreement",
            "engagement.fmv_rate",
            "engagement.paid_rate",
            "engagement.approval_date",
            "engagement.disclosed_date",
            "engagement.disclosure_scheme",
        ),
    ),
)
