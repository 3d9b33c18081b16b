"""Findings that no layout likes: nothing, sixty effects, names of every unkind sort."""

from schemas.findings import CertaintyCap, Cost, Effect, Findings, SubgroupPart
from schemas.indicators import INDICATORS
from schemas.vocabulary import CapReason, Certainty, Verdict
from tests.findings_described import described, lacking
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


def hidden_level(index: int) -> Effect:
    """A subgroup of which nothing may be shown."""
    fields = {
        "effect_id": "e",
        "subgroup_id": f"group_{index}",
        "role": "secondary",
        "part": SubgroupPart(dimension="region", level=f"group_{index}", suppressed_share=1.0),
    }
    return bare_effect(1, RTL_NAME).model_copy(update=fields)


def crowd() -> Findings:
    """Two hundred effects of one company."""
    names = [LONG_NAME, "Nurse training", RTL_NAME, WIDE_NAME, "Awareness month"]
    effects = [
        portfolio_effect(index + 1, names[index % 5], "uptake", "inconclusive", (1.0, 3.0, -9, 11))
        for index in range(200)
    ]
    return findings(effects, title="Two hundred effects")


def unclear() -> Findings:
    """Nothing can be told, nothing was spent, and every name is of an unkind sort."""
    names = [LONG_NAME, UNBROKEN_NAME, RTL_NAME, WIDE_NAME]
    effects = [
        portfolio_effect(
            index + 1, name, name, "inconclusive", (0.0, 3.0, -9.0, 11.0), ("IMPRECISE", "FRAGILE")
        ).model_copy(update={"cost": Cost(currency="EUR"), "unit_label": name})
        for index, name in enumerate(names)
    ]
    return findings(effects, title=RTL_NAME, notes=[LONG_NAME, f"{UNBROKEN_NAME}:1:x  is odd"])


def suppressed() -> Findings:
    """One effect, ten subgroups of which nothing may be shown, and counts too small to show."""
    levels = [hidden_level(index) for index in range(10)]
    small = [
        lacking(name, "a count of persons is too small to be shown", subgroup_id=f"group_{index}")
        for name in ("e.reach_ratio", "q2.participation_ratio")
        for index in range(10)
    ]
    one = portfolio_effect(1, "Navigation", "uptake", "improves", (2.0, 0.5, 1.0, 3.0))
    return findings([one, *levels], indicators=small, title="Ten hidden subgroups")


def nulls() -> Findings:
    """One effect of which nothing is known, and indicators without values."""
    missing = [lacking(name, "needs engagement") for name in INDICATORS]
    return findings([bare_effect(1, "A")], indicators=missing, row_accounts=[])


def wild_samples() -> dict[str, Findings]:
    """The extremes that take a browser seconds: for slow tests."""
    return {
        "crowd": crowd(),
        "unclear": unclear(),
        "suppressed": suppressed(),
        "nulls": nulls(),
    }
