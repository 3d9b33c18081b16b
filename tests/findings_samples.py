"""Findings made by hand, shaped like those of the example studies and of the extremes."""

import datetime as dt

from schemas.findings import (
    Alternative,
    CertaintyCap,
    Cost,
    Diagnostic,
    Effect,
    EventTime,
    Findings,
    Headline,
    Indicator,
    InputDigest,
    Interval,
    Needed,
    Provenance,
    RowAccount,
    Sensitivity,
)
from schemas.vocabulary import IntervalName, Reason, Verdict

NAMES: tuple[IntervalName, ...] = ("calibrated", "calibrated_twice", "far_only", "clean")


def accounts(**rows: int) -> list[RowAccount]:
    """One file per table, one row in quarantine where there are more than fifty."""
    return [
        RowAccount(
            table=table,
            source_file=f"{table}.csv",
            read=read,
            accepted=read - (read > 50),
            quarantined=int(read > 50),
            superseded=0,
            out_of_window=0,
        )
        for table, read in rows.items()
    ]


def provenance() -> Provenance:
    """Digests and versions that name nothing real."""
    return Provenance(
        plan_sha256="ab" * 32,
        inputs=[InputDigest(path="outcome.csv", sha256="cd" * 32)],
        code_version="0.1.0",
        packages={"numpy": "2.4.0", "duckdb": "2.0.1"},
    )


def not_applicable(*names: IntervalName) -> list[Interval]:
    """Ways of removing bias that the design makes moot."""
    return [Interval(name=name, status="NOT_APPLICABLE") for name in names]


def findings(effects: list[Effect], **fields: object) -> Findings:
    """Findings whose headline and answers are still to be written."""
    base: dict[str, object] = {
        "study_id": "sample",
        "title": "Sample study",
        "synthetic": False,
        "currency": "USD",
        "period": "year",
        "data_as_of": dt.date(2001, 1, 1),
        "window_start": dt.date(1970, 1, 1),
        "window_end": dt.date(2000, 12, 31),
        "headline": Headline(text=""),
        "questions": [],
        "effects": effects,
        "row_accounts": accounts(unit=39, initiative=1, exposure=1, measure=1, outcome=1209),
        "provenance": provenance(),
    }
    return Findings.model_validate(base | fields)


def tobacco_effect() -> Effect:
    """One exposed state of 39: an estimate, no interval, no result that could be called."""
    path = [-0.9, 0.3, 1.1, -0.4, -1.2, 0.8, 0.2, -0.5, 0.6, 0.1, -0.3, 0.4, -0.2, 0.9, -0.8]
    path += [0.3, -0.1, 0.5, 0.0, -4.6, -8.1, -12.9, -13.3, -16.2, -17.4, -18.9, -18.8]
    path += [-19.7, -20.9, -18.1, -18.4]
    return Effect(
        effect_id="ca_packs",
        initiative_id="ca_tobacco_control",
        initiative_name="California's tobacco-control program",
        measure_id="packs",
        measure_name="cigarette sales per person",
        unit_label="packs per person per year",
        direction="lower_better",
        role="primary",
        method="synthetic_did",
        estimate=-15.604,
        std_error=9.49,
        p_value=0.10256,
        exposed_count=1,
        comparison_count=38,
        period_count=31,
        missing_share=0.0,
        smallest_worthwhile_effect=5.0,
        mde=26.57,
        verdict="inconclusive",
        reasons=["UNATTAINABLE_P"],
        certainty="very_low",
        certainty_caps=[
            CertaintyCap(cap="low", why="OBSERVATIONAL"),
            CertaintyCap(cap="very_low", why="FEW_CLUSTERS"),
        ],
        intervals=[
            Interval(name="plain", status="PASS", estimate=-15.604, std_error=9.49),
            Interval(name="donut", status="PASS", estimate=-15.1, std_error=9.8),
            Interval(name="trend_robust", status="PASS", estimate=-9.2, std_error=14.1),
            *not_applicable(*NAMES),
        ],
        event_study=[
            EventTime(event_time=index - 19, estimate=value) for index, value in enumerate(path)
        ],
        alternatives=[Alternative(name="synthetic_control", estimate=-19.514, std_error=None)],
        diagnostics=[
            Diagnostic(name="attainable_p", status="FAIL", value=2 / 39, threshold=0.05),
            Diagnostic(name="pre_trend", status="NOT_EVALUATED"),
        ],
        cost=Cost(currency="USD"),
    )


def prop99() -> Findings:
    """The tobacco study."""
    return findings([tobacco_effect()], title="California's tobacco-control program of 1989")


def incentive_effect() -> Effect:
    """A randomised comparison of persons in one period, with missing outcomes."""
    return Effect(
        effect_id="incentive_collects",
        initiative_id="incentive",
        initiative_name="A cash incentive",
        measure_id="collected_result",
        measure_name="collecting an HIV test result",
        unit_label="share of persons",
        direction="higher_better",
        role="primary",
        method="randomised",
        estimate=0.4506,
        std_error=0.0187,
        ci_low=0.4139,
        ci_high=0.4873,
        robust_low=0.3562,
        robust_high=0.5450,
        p_value=0.0001,
        exposed_count=2222,
        comparison_count=679,
        period_count=1,
        missing_share=0.08247,
        smallest_worthwhile_effect=0.1,
        mde=0.058,
        verdict="improves",
        certainty="moderate",
        certainty_caps=[CertaintyCap(cap="moderate", why="MISSING")],
        intervals=[
            Interval(
                name="plain",
                status="PASS",
                estimate=0.4506,
                std_error=0.0187,
                low95=0.3562,
                high95=0.5450,
                low90=0.3621,
                high90=0.5391,
            ),
            *not_applicable("donut", "trend_robust", *NAMES),
        ],
        alternatives=[Alternative(name="within_blocks", estimate=0.4471, std_error=0.0189)],
        diagnostics=[Diagnostic(name="worst_case_low", status="PASS", value=0.31, threshold=0.0)],
        cost=Cost(currency="USD"),
    )


def hiv() -> Findings:
    """The incentives study."""
    return findings(
        [incentive_effect()],
        study_id="hiv_incentives",
        title="Cash incentives to collect an HIV test result",
        row_accounts=accounts(unit=3020, initiative=1, exposure=2901, measure=1, outcome=2901),
    )


def path_of(size: float, noise: float, drift: float = 0.0) -> list[EventTime]:
    """Twenty periods before and ten after, with a band; noise alternates in sign."""
    points = []
    for event_time in range(-20, 11):
        wave = noise * (1 if event_time % 2 else -1) * (1 + event_time % 3) / 3
        value = wave + drift * event_time + (size if event_time >= 0 else 0.0)
        reach = 3 * abs(noise) + 0.4
        points.append(
            EventTime(
                event_time=event_time,
                estimate=round(value, 4),
                std_error=reach / 2,
                ci_low=round(value - reach, 4),
                ci_high=round(value + reach, 4),
                band_low=round(value - 1.5 * reach, 4),
                band_high=round(value + 1.5 * reach, 4),
            )
        )
    return points


def ways(estimate: float, half: float, trend: tuple[float, float]) -> list[Interval]:
    """Plain, donut and trend-robust intervals; the rest could not be evaluated."""

    def way(name: IntervalName, centre: float, reach: float) -> Interval:
        return Interval(
            name=name,
            status="PASS",
            estimate=centre,
            std_error=reach / 2,
            low95=centre - reach,
            high95=centre + reach,
            low90=centre - 0.83 * reach,
            high90=centre + 0.83 * reach,
        )

    return [
        way("plain", estimate, half),
        way("donut", estimate * 0.97, half * 1.1),
        way("trend_robust", *trend),
        Interval(name="calibrated", status="NOT_EVALUATED"),
        Interval(name="calibrated_twice", status="NOT_EVALUATED"),
        *not_applicable("far_only", "clean"),
    ]


def portfolio_effect(
    number: int,
    name: str,
    measure: str,
    verdict: Verdict,
    figures: tuple[float, float, float, float],
    reasons: tuple[Reason, ...] = (),
) -> Effect:
    """An observational effect; `figures` are estimate, half width, robust low and high."""
    estimate, half, low, high = figures
    return Effect(
        effect_id=f"effect_{number}",
        initiative_id=f"initiative_{number}",
        initiative_name=name,
        measure_id=f"measure_{number}",
        measure_name=measure,
        unit_label="percent of patients" if number % 2 else "days",
        direction="higher_better" if number % 2 else "lower_better",
        role="primary" if number == 1 else "secondary",
        method="group_time_did",
        estimate=estimate,
        std_error=half / 2,
        ci_low=estimate - half,
        ci_high=estimate + half,
        robust_low=low,
        robust_high=high,
        p_value=0.0004 if not reasons else 0.2,
        exposed_count=30,
        comparison_count=30,
        period_count=48,
        missing_share=0.008,
        smallest_worthwhile_effect=1.5,
        mde=half * 1.5,
        verdict=verdict,
        reasons=list(reasons),
        certainty="very_low",
        certainty_caps=[
            CertaintyCap(cap="low", why="OBSERVATIONAL"),
            CertaintyCap(cap="very_low", why="NOT_EVALUATED"),
        ],
        intervals=ways(estimate, half, (estimate * 0.9, (high - low) / 2)),
        needed=Needed(clusters=410 if "IMPRECISE" in reasons else None),
        event_study=path_of(estimate, half / 4, 0.05 if "TREND" in reasons else 0.0),
        alternatives=[Alternative(name="two_way_fixed_effects", estimate=estimate * 0.7)],
        diagnostics=[
            Diagnostic(name="pre_trend", status="PASS", value=0.41, threshold=0.05),
            Diagnostic(name="G4b_anticipation", status="PASS", value=0.3, threshold=0.025),
        ],
        sensitivity=Sensitivity(breakdown_slope=0.21 if not reasons else None),
        cost=Cost(
            spend=410_000.0 * number,
            currency="EUR",
            cost_per_unit=195_000.0 if verdict == "improves" else None,
            ci_low=140_000.0 if verdict == "improves" else None,
            ci_high=290_000.0 if verdict == "improves" else None,
        ),
    )


def spend(name: str, value: float) -> Indicator:
    """Spend of one kind."""
    return Indicator(
        indicator_id=f"q1.spend_{name}", question="Q1", value=value, n=310, unit="EUR", status="OK"
    )


def portfolio() -> Findings:
    """A synthetic company: five effects, one of each kind."""
    clear: list[Effect] = [
        portfolio_effect(
            1,
            "Nurse-led navigation with patient groups",
            "treatment persistence at 12 months",
            "improves",
            (2.14, 0.7, 0.9, 3.3),
        ),
        portfolio_effect(
            2, "Awareness month sponsorship", "time to diagnosis", "harms", (3.3, 0.8, 2.0, 4.6)
        ),
        portfolio_effect(
            3,
            "Gala and table sponsorship",
            "vaccination coverage",
            "no_meaningful_effect",
            (0.08, 0.6, -0.9, 1.1),
        ),
        portfolio_effect(
            4,
            "Regional access coalition",
            "time to reimbursement",
            "inconclusive",
            (-2.2, 0.9, -4.6, 0.7),
            ("FRAGILE", "TREND", "ANTICIPATION"),
        ),
        portfolio_effect(
            5,
            "Rare-disease registry co-design",
            "genetic testing rate",
            "inconclusive",
            (0.7, 1.9, -1.9, 3.2),
            ("IMPRECISE",),
        ),
    ]
    return findings(
        clear,
        study_id="portfolio",
        title="Portfolio of five initiatives (synthetic)",
        synthetic=True,
        currency="EUR",
        period="month",
        data_as_of=dt.date(2025, 6, 30),
        window_start=dt.date(2021, 7, 1),
        window_end=dt.date(2025, 6, 30),
        indicators=[
            spend("advocacy", 7_900_000.0),
            spend("support", 3_200_000.0),
            spend("unclassified", 540_000.0),
        ],
        row_accounts=accounts(
            unit=60,
            initiative=5,
            exposure=150,
            measure=29,
            outcome=83520,
            engagement=2400,
            partner=24,
        ),
        notes=["1 row of engagement is in quarantine."],
    )


def empty() -> Findings:
    """No plan, no exposure: nothing can be answered."""
    return findings([], row_accounts=[], title="An empty study")
