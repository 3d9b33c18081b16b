"""Findings that no layout likes: nothing, sixty effects, names of every unkind sort."""

from schemas.findings import CertaintyCap, Cost, Effect, Findings
from schemas.vocabulary import CapReason, Certainty, Verdict
from tests.findings_described import described
from tests.findings_samples import empty, findings, hiv, portfolio, portfolio_effect, prop99


def bare_effect(number: int, name: str, verdict: Verdict = "not_evaluable") -> Effect:
    """Every number null."""
    certainty: Certainty | None = None if verdict == "not_evaluable" else "very_low"
    caps: list[tuple[Certainty, CapReason]] = [("very_low", "PROXY")]
    return Effect(
        effect_id=f"bare_{number}",
        initiative_id=f"bare_{number}",
        initiative_name=name,
        measure_id="m",
        measure_name=name,
        unit_label=name,
        direction="higher_better",
        role="primary" if number else "secondary",
        method=None,
        verdict=verdict,
        reasons=["MISSING_TABLE"],
        missing=["outcome"],
        certainty=certainty,
        certainty_caps=[CertaintyCap(cap=cap, why=why) for cap, why in caps],
        cost=Cost(currency="EUR"),
    )


HOSTILE_NAMES = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</script><script>alert(2)</script>",
    "'; DROP TABLE effect; --",
    '=HYPERLINK("http://example.invalid")',
    "@SUM(1+1)",
    "{{ 7 * 7 }} {% raw %}",
    "</style><style>*{display:none}</style>",
    "&lt;b&gt; & <b>bold</b>",
    "javascript:alert(1)",
    "]]><svg onload=alert(1)>",
    "\u202egnirts lamroba\u202c",
)
LONG_NAME = " ".join(["A very long programme name that goes on"] * 8)[:300]
UNBROKEN_NAME = "x" * 300
RTL_NAME = "برنامج دعم المرضى 12 شهرا"
WIDE_NAME = "患者支援団体との共同設計プログラム"


def extremes() -> Findings:
    """Sixty effects with names of every unkind sort."""
    names = [*HOSTILE_NAMES, LONG_NAME, UNBROKEN_NAME, RTL_NAME, WIDE_NAME]
    verdicts: tuple[Verdict, ...] = ("improves", "harms", "no_meaningful_effect", "inconclusive")
    effects = [bare_effect(index, names[index % len(names)]) for index in range(20)]
    for index in range(40):
        effect = portfolio_effect(
            100 + index,
            names[index % len(names)],
            names[(index + 3) % len(names)],
            verdicts[index % 4],
            (float(index), 2.0 + index, -40.0, 60.0),
        )
        effects.append(effect)
    return findings(effects, title=LONG_NAME, synthetic=True, study_id=HOSTILE_NAMES[0])


def all_samples() -> dict[str, Findings]:
    """Every sample by name."""
    return {
        "prop99": prop99(),
        "hiv": hiv(),
        "portfolio": portfolio(),
        "empty": empty(),
        "extremes": extremes(),
        "described": described(),
    }
