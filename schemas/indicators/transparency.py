"""Transparency: what was disclosed, by whom, and whether both sides say the same.

Payments of every kind to partners that are not anonymous, support among them: disclosure asks for
all. Partners are counted at the study's `partner_level`.
"""

from schemas.indicators.spec import IndicatorSpec

_OWN = "METHODS §6"
_BOTH = (
    "public_disclosure.declared_by",
    "public_disclosure.year",
    "public_disclosure.payer_id",
    "public_disclosure.partner_id",
    "public_disclosure.amount",
)

TRANSPARENCY = (
    IndicatorSpec(
        "t.disclosure_match",
        "Payments found in the disclosure",
        "Sums per payer, partner and calendar year in the log that the payer's own disclosure "
        "gives too, to 1 % of the larger or one unit of the currency, whichever is more. A sum "
        "that cannot be converted (at the rate of the year's end) does not match.",
        "payer-partner-years that match",
        "payer-partner-years with a payment in the log, in years with any disclosure by the payer",
        "the denominator",
        "share",
        ("engagement.amount", "partner.partner_id", *_BOTH),
        _OWN,
        "wilson",
    ),
    IndicatorSpec(
        "t.two_sided",
        "Payer and partner disclose the same",
        "Payer-partner-years disclosed by both sides with sums equal to 1 % of the larger or one "
        "unit of the currency, among those that either side disclosed, in years in which both the "
        "payer and the partner disclosed anything.",
        "payer-partner-years on which both agree",
        "payer-partner-years that either disclosed",
        "the denominator",
        "share",
        (*_BOTH, "partner.partner_id"),
        _OWN,
        "wilson",
    ),
    IndicatorSpec(
        "t.purpose_filled",
        "Payments with a purpose in words",
        "Payments with a purpose in words.",
        "payments with a purpose",
        "payments",
        "the denominator",
        "share",
        ("engagement.amount", "engagement.purpose", "partner.partner_id"),
        _OWN,
        "wilson",
    ),
)
