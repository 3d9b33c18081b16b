"""Q3: how lasting, balanced and mutual relationships with partners are.

A payment is an engagement with a known amount that is above zero after its reversals; anonymous
partners and patient support are left out. Partners are counted at the study's `partner_level`;
years are calendar years of `start_date`; a pair is a payer and a partner. Overall rows count
advocacy, research engagement, and what cannot be told apart (hybrid, unclassified); where there is
any of the last, rows by `kinds: advocacy` leave it out.
"""

from schemas.indicators.spec import IndicatorSpec

_PAID = ("engagement.amount", "engagement.payer_id", "engagement.partner_id", "partner.partner_id")
_MET = ("engagement.payer_id", "engagement.start_date", "partner.partner_id")
_KINDS = ("kinds: advocacy, without what cannot be told apart",)
_OWN = "METHODS §6"

Q3 = (
    IndicatorSpec(
        "q3.payments",
        "Payments",
        "Number of payments. A trend is told over payers that pay in both years: what more payers "
        "disclose is growth of disclosure, not of spend.",
        "payments",
        "-",
        "payments",
        "payments",
        _PAID,
        _OWN,
        by=(
            *_KINDS,
            "year: payments of all payers",
            "payers (in one year and the next), year: payments of those that pay in both",
            "part: amount, beside each row with a year: net amounts, in currency",
        ),
    ),
    IndicatorSpec(
        "q3.payers",
        "Payers",
        "Number of payers with a payment.",
        "payers",
        "-",
        "payments",
        "payers",
        _PAID,
        _OWN,
        by=_KINDS,
    ),
    IndicatorSpec(
        "q3.median_payment",
        "Median payment",
        "Median of net amounts (linear interpolation between the two middle ones).",
        "median net amount",
        "-",
        "payments",
        "currency",
        _PAID,
        _OWN,
        by=("quantile: 0.25 and 0.75", *_KINDS),
    ),
    IndicatorSpec(
        "q3.tenure",
        "Relationships that last",
        "Share of pairs still together after so many years (Kaplan-Meier). A relationship starts "
        "with its first agreement or engagement and ends with its last engagement; it is right-"
        "censored where that is less than 24 months before the end of the window (or as_of, if "
        "earlier). Where it started before the window, it enters late (left truncation), and one "
        "not seen after the window's start is left out. A pair first seen before the end of the "
        "window's first 12 months, without an agreement that starts on or before that day, has no "
        "known start and is left out. A pair that met once ends on day 0. Years are days / "
        "365.25. Beyond the longest time seen it is NOT_EVALUATED, unless all had ended. Not "
        "evaluated where more than 5 % of the dates are known to the year only. A reversal is no "
        "engagement.",
        "-",
        "-",
        "pairs with a known start",
        "share",
        _MET,
        "Kaplan and Meier (1958), doi:10.1080/01621459.1958.10501452; delayed entry as in Klein "
        "and Moeschberger (2003), doi:10.1007/b97377",
        "log_log_greenwood",
        by=("years: 1, 2, 3 and 5; no overall row",),
        optional=("engagement.agreement_start",),
    ),
    IndicatorSpec(
        "q3.retention",
        "Partners kept from one year to the next",
        "Pairs of a year seen again in the next, only over payers with a payment in both years: "
        "growth of disclosure is not growth of a relationship.",
        "pairs with a payment in both years",
        "pairs of the first year whose payer pays anybody in the second",
        "the denominator",
        "share",
        _PAID,
        _OWN,
        "wilson",
        by=("from_year and year: two neighbouring calendar years with payments; no overall row",),
    ),
    IndicatorSpec(
        "q3.pairs",
        "Relationships",
        "Number of pairs with a payment.",
        "pairs",
        "-",
        "pairs",
        "pairs",
        _PAID,
        _OWN,
        by=_KINDS,
    ),
    IndicatorSpec(
        "q3.pairs_two_years",
        "Relationships seen in two years or more",
        "Pairs with payments in at least two calendar years.",
        "pairs in two years or more",
        "pairs",
        "the denominator",
        "share",
        _PAID,
        _OWN,
        "wilson",
        by=_KINDS,
    ),
    IndicatorSpec(
        "q3.pairs_three_years",
        "Relationships seen in three years or more",
        "Pairs with payments in at least three calendar years.",
        "pairs in three years or more",
        "pairs",
        "the denominator",
        "share",
        _PAID,
        _OWN,
        "wilson",
        by=_KINDS,
    ),
    IndicatorSpec(
        "q3.multi_year_share",
        "Money under agreements of two years or more",
        "Net amounts under agreements that end 24 months or more after they start (the end date "
        "is inclusive).",
        "net amounts under agreements of 24 months or more",
        "net amounts of payments with both agreement dates",
        "payments with both agreement dates",
        "share",
        (*_PAID, "engagement.agreement_start", "engagement.agreement_end"),
        _OWN,
        by=_KINDS,
    ),
    IndicatorSpec(
        "q3.core_share",
        "Core funding",
        "Net amounts that the partner may use freely.",
        "net amounts with funding_type core_unrestricted",
        "net amounts of payments with a funding_type other than none",
        "payments with such a funding_type",
        "share",
        (*_PAID, "engagement.funding_type"),
        _OWN,
        by=_KINDS,
    ),
    IndicatorSpec(
        "q3.transactional_share",
        "One-off relationships",
        "Pairs whose engagements all start less than 12 months after the first, and that have no "
        "agreement of 24 months or more, among pairs first seen at least 24 months before the end "
        "of the window (or as_of, if earlier). Not evaluated where more than 5 % of the dates are "
        "known to the year only. A reversal is no engagement.",
        "such pairs",
        "pairs first seen early enough",
        "the denominator",
        "share",
        _MET,
        _OWN,
        "wilson",
        optional=("engagement.agreement_start", "engagement.agreement_end"),
    ),
    IndicatorSpec(
        "q3.partners",
        "Partners, each by itself",
        "Number of partners with a payment; beside it the 15 with the most money and each "
        "component of the relationship by itself, without a score. Their names are given unless "
        "the source withholds them; a component of which nothing is known is "
        "left out. Trust is not told by partner: few persons answer for one.",
        "partners",
        "-",
        "partners",
        "partners",
        _PAID,
        _OWN,
        "wilson",
        by=(
            "part: others, the partners that are not told by themselves",
            "partner_id, part: amount (net amounts, in currency)",
            "partner_id, part: retention (pairs of a year seen in the next, as in q3.retention)",
            "partner_id, part: first_step (engagements that it initiated, alone or jointly)",
            "partner_id, part: long and core (as in q3.multi_year_share and q3.core_share)",
            "partner_id, part: dependence (largest sum of a year from one payer / income)",
        ),
        optional=(
            "engagement.agreement_start",
            "engagement.agreement_end",
            "engagement.funding_type",
            "engagement.initiated_by",
            "partner.annual_income",
        ),
    ),
    IndicatorSpec(
        "q3.dependence",
        "Partners that depend on one payer",
        "Partners whose largest sum from one payer in one calendar year is above 25 % of their "
        "annual income, converted at the rate of the end of the window (or of as_of, if earlier).",
        "partners above 25 %",
        "partners with a payment and a known income above zero",
        "the denominator",
        "share",
        (*_PAID, "partner.annual_income"),
        _OWN,
        "wilson",
        by=("partner_id: largest sum of a year / income, the (at most 50) highest above 25 %",),
    ),
    IndicatorSpec(
        "q3.hhi_recipients",
        "Concentration over partners",
        "Herfindahl-Hirschman index: sum of squared shares of net amounts.",
        "sum of squared shares",
        "-",
        "partners",
        "index",
        _PAID,
        "Rhoades (1993), Federal Reserve Bulletin 79:188",
        by=_KINDS,
    ),
    IndicatorSpec(
        "q3.hhi_payers",
        "Concentration over payers",
        "Herfindahl-Hirschman index: sum of squared shares of net amounts.",
        "sum of squared shares",
        "-",
        "payers",
        "index",
        _PAID,
        "Rhoades (1993), Federal Reserve Bulletin 79:188",
        by=_KINDS,
    ),
    IndicatorSpec(
        "q3.top10_recipients",
        "Money to the ten largest partners",
        "Share of net amounts that the ten partners with most receive.",
        "net amounts of the ten largest",
        "net amounts",
        "partners",
        "share",
        _PAID,
        _OWN,
        by=_KINDS,
    ),
    IndicatorSpec(
        "q3.top10_payers",
        "Money from the ten largest payers",
        "Share of net amounts that the ten payers with most give.",
        "net amounts of the ten largest",
        "net amounts",
        "payers",
        "share",
        _PAID,
        _OWN,
        by=_KINDS,
    ),
    IndicatorSpec(
        "q3.single_funder_share",
        "Partners with one payer",
        "Partners whose payments all come from one payer.",
        "partners with one payer",
        "partners with a payment",
        "the denominator",
        "share",
        _PAID,
        _OWN,
        "wilson",
        by=_KINDS,
    ),
    IndicatorSpec(
        "q3.reciprocity",
        "First step by the partner, or joint",
        "Engagements that the partner initiated, alone or jointly; beside it "
        "the share in which no money changes hands (a known amount of 0, or funding_type none or "
        "in_kind). A reversal is no engagement. A log in which every amount is above 0 and no "
        "funding_type is given may hold payments alone: that share is then not evaluated.",
        "engagements initiated by partner or jointly",
        "engagements whose initiator is known",
        "the denominator",
        "share",
        ("engagement.initiated_by",),
        _OWN,
        "wilson",
        by=("part: non_monetary, over engagements with a known amount or funding_type",),
        optional=("engagement.amount", "engagement.funding_type"),
    ),
    IndicatorSpec(
        "q3.launch_coupling",
        "Money within a year of a launch",
        "Net amounts of product-linked payments that start within 12 months before or after the "
        "nearest launch of the product. Not evaluated where more than 5 % of their dates are known"
        " to the year only.",
        "net amounts within 12 months of a launch",
        "net amounts of payments for products with a launch",
        "payments for products with a launch",
        "share",
        (*_PAID, "engagement.product_id", "product_event.event_date"),
        _OWN,
        by=_KINDS,
    ),
    IndicatorSpec(
        "q3.trust",
        "Trust as partners rate it",
        "Answers in the top two boxes (score >= scale_max - 1), in the latest wave (waves are "
        "ordered by name). Response rate: persons who answered (the most answers to one item) of "
        "those invited (at most all), over partners with a known number of invited. Paired change:"
        " mean over partners in two neighbouring waves of the change in their mean of score / "
        "scale_max.",
        "answers in the top two boxes",
        "answers",
        "the denominator",
        "share",
        ("partner_survey.score", "partner_survey.scale_max", "partner_survey.wave"),
        _OWN,
        "wilson",
        by=(
            "wave: each wave",
            "wave, part: response_rate (persons who answered / persons invited)",
            "wave, part: paired_change (since the wave before, student_t)",
        ),
        optional=("partner_survey.invited_count",),
    ),
)
