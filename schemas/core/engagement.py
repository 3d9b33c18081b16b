"""One activity with an advocacy group, or one transfer of value."""

from typing import Annotated

import polars as pl

from schemas import vocabulary
from schemas.core import fields
from schemas.core.base import CoreModel, TableMeta
from schemas.core.rules import Differs, InOrder, Needs, NegativeOnlyWith


class Engagement(CoreModel):
    """One row per activity or transfer of value; the log is complete, so silence means none."""

    engagement_id: pl.String = fields.identifier("The activity or transfer.")
    payer_id: pl.String = fields.identifier("Who pays: the company, or one of several.")
    partner_id: pl.String = fields.identifier("The advocacy group.", references="partner")
    initiative_id: pl.String = fields.identifier(
        "The initiative it belongs to.", references="initiative", nullable=True
    )
    start_date: pl.Date = fields.date("First day.")
    end_date: pl.Date = fields.date("Last day, inclusive.", may_be_future=True, nullable=True)
    date_precision: pl.String = fields.word(
        "How exactly the dates are known.", vocabulary.DatePrecision
    )
    activity_type: pl.String = fields.word("What was done or paid for.", vocabulary.ActivityType)
    kind: pl.String = fields.word(
        "Advocacy, research engagement or support; derived by rules where empty.",
        vocabulary.Kind,
        nullable=True,
    )
    beneficiary: pl.String = fields.word(
        "Who benefits directly.", vocabulary.Beneficiary, nullable=True
    )
    lifecycle_phase: pl.String = fields.word(
        "Phase of the product's life it concerns.", vocabulary.LifecyclePhase, nullable=True
    )
    engagement_level: pl.String = fields.word(
        "How far patients take part.", vocabulary.EngagementLevel, nullable=True
    )
    initiated_by: pl.String = fields.word(
        "Who took the first step.", vocabulary.InitiatedBy, nullable=True
    )
    amount: Annotated[pl.Decimal, fields.MONEY_PRECISION, fields.MONEY_SCALE] = fields.money(
        "Money or value; empty is unknown, 0 is none.", unit="currency", signed=True, nullable=True
    )
    currency: pl.String = fields.code(
        "Currency of the amounts of this row.", "currency", nullable=True
    )
    amount_reporting: Annotated[pl.Decimal, fields.MONEY_PRECISION, fields.MONEY_SCALE] = (
        fields.money(
            "The amount in the study's reporting currency: as given, else converted.",
            unit="reporting currency",
            signed=True,
            nullable=True,
        )
    )
    funding_type: pl.String = fields.word(
        "How free the partner is in using the money.", vocabulary.FundingType, nullable=True
    )
    agreement_id: pl.String = fields.identifier("The agreement it is paid under.", nullable=True)
    agreement_start: pl.Date = fields.date(
        "First day of the agreement.", may_be_future=True, nullable=True
    )
    agreement_end: pl.Date = fields.date(
        "Last day of the agreement.", may_be_future=True, nullable=True
    )
    staff_hours: pl.Float64 = fields.number(
        "Time of the company's staff.", unit="hours", ge=0, nullable=True
    )
    participant_hours: pl.Float64 = fields.number(
        "Time of patients and representatives, all together.", unit="hours", ge=0, nullable=True
    )
    participant_count: pl.Int64 = fields.count(
        "Patients and representatives who took part.", unit="persons", nullable=True
    )
    is_product_linked: pl.Boolean = fields.flag("Whether it is tied to a product.", nullable=True)
    product_id: pl.String = fields.identifier("The product it is tied to.", nullable=True)
    condition_code: pl.String = fields.identifier("The disease or condition.", nullable=True)
    unit_id: pl.String = fields.identifier(
        "The community it reached.", references="unit", nullable=True
    )
    has_written_agreement: pl.Boolean = fields.flag(
        "Whether a written agreement exists.", nullable=True
    )
    fmv_rate: Annotated[pl.Decimal, fields.MONEY_PRECISION, fields.MONEY_SCALE] = fields.money(
        "Fair market value, per hour or per service.", unit="currency", nullable=True
    )
    paid_rate: Annotated[pl.Decimal, fields.MONEY_PRECISION, fields.MONEY_SCALE] = fields.money(
        "Rate that was paid, in the unit of the fair market value.", unit="currency", nullable=True
    )
    approval_date: pl.Date = fields.date("Day it was approved inside the company.", nullable=True)
    disclosed_date: pl.Date = fields.date("Day it was disclosed.", nullable=True)
    disclosure_scheme: pl.String = fields.word(
        "Scheme it is disclosed under.", vocabulary.DisclosureScheme, nullable=True
    )
    reverses_engagement_id: pl.String = fields.identifier(
        "The transfer that this one takes back.", references="engagement", nullable=True
    )
    recorded_date: pl.Date = fields.date(
        "Day it was entered in the log.", nullable=True, may_be_future=True
    )
    purpose: pl.String = fields.text(
        "What it was for, in words; never joined, never published.", nullable=True
    )

    @classmethod
    def meta(cls) -> TableMeta:
        """Key and rules between columns."""
        return TableMeta(
            key=("engagement_id",),
            rules=(
                InOrder("start_date", "end_date"),
                InOrder("agreement_start", "agreement_end"),
                NegativeOnlyWith("amount", "reverses_engagement_id"),
                NegativeOnlyWith("amount_reporting", "reverses_engagement_id"),
                Needs("amount", ("currency",)),
                Differs("reverses_engagement_id", "engagement_id"),
            ),
            lookups=("alias", "fx_rate"),
            recorded_column="recorded_date",
        )
