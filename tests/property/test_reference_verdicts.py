"""The product's verdicts against those of the independent reference, on random evidence."""

import collections

import numpy as np
import pytest
from scipy import stats

from impact import verdict
from impact.model import Estimation, Interval, PermutationTest
from schemas.vocabulary import IntervalName, Reason
from tests import reference

NAMES: tuple[IntervalName, ...] = ("plain", "donut", "trend_robust")


def random_evidence(rng: np.random.Generator) -> reference.Evidence:
    """Intervals around one effect, some of them moved or wide; p values that go with them."""
    effect = rng.choice([0.0, 0.3, -0.3, 1.0, -1.0])
    noise = rng.uniform(0.05, 0.4) * np.array([1.0, 1.2, rng.uniform(1.2, 3.0)])
    moved = rng.choice([0.0, 0.0, 0.5], 3) * rng.choice([-1, 1])
    made: dict[str, reference.Contrast] = {
        name: reference.Contrast(float(effect + noise[k] * rng.normal() + moved[k]), noise[k], 30.0)
        for k, name in enumerate(NAMES)
    }
    z = made["plain"].estimate / made["plain"].std_error
    above = float(np.clip(stats.t.sf(z, 30) + 1e-4, 1e-4, 1))
    return reference.Evidence(
        intervals=made,
        widening=float(rng.choice([0.0, 0.02, 0.15])),
        anticipation_p=float(rng.uniform()),
        permutation_above=above,
        permutation_below=1 - above + 1e-4,
        smallest_p=1e-9,
        scale=1.0,
        missing_share=0.0,
    )


def estimation_of(evidence: reference.Evidence) -> Estimation:
    """The same evidence as an estimator of the product would hand it on."""
    intervals = tuple(
        Interval(name, "PASS", one.estimate, one.std_error, one.df, evidence.widening)
        for name, one in ((name, evidence.intervals[name]) for name in NAMES)
    )
    plain = intervals[0]
    test = PermutationTest(
        name="plain",
        status="PASS",
        p_improves=evidence.permutation_above,
        p_harms=evidence.permutation_below,
        smallest_p=evidence.smallest_p,
        draws=9_999,
        is_exact=False,
    )
    return Estimation(
        method="group_time_did",
        estimand="att",
        estimate=plain.estimate,
        std_error=plain.std_error,
        df=plain.df,
        decided_by="interval",
        intervals=intervals,
        permutations=(test,),
        exposed_count=16,
        comparison_count=16,
        pre_count=20,
        post_count=10,
        missing_share=0.0,
        scale=1.0,
        anticipation_p=evidence.anticipation_p,
    )


def product_verdicts(
    family: list[reference.Evidence], worthwhile: list[float]
) -> list[reference.Judgement]:
    """Verdicts of the product for one family of primaries."""
    made = [estimation_of(evidence) for evidence in family]
    gates: list[Reason | None] = [
        "ANTICIPATION" if evidence.anticipation_p < 0.025 else None for evidence in family
    ]
    p_values = [1.0 if gate else verdict.raw_p(one) for gate, one in zip(gates, made, strict=True)]
    decisions = [
        verdict.decide(
            verdict.Evidence(one, worthwhile[i], 0.05, failed_gate=gates[i]),
            verdict.family_of(p_values, i),
        )
        for i, one in enumerate(made)
    ]
    return [reference.Judgement(one.verdict, one.reasons) for one in decisions]


@pytest.mark.parametrize(("size", "families"), [(1, 300), (2, 150), (5, 80)])
def test_verdicts_and_reasons_agree_with_the_reference(size: int, families: int) -> None:
    rng = np.random.default_rng(size)
    seen: collections.Counter[str] = collections.Counter()
    for _ in range(families):
        family = [random_evidence(rng) for _ in range(size)]
        worthwhile = [float(rng.choice([0.1, 0.8, 1.5])) for _ in family]
        expected = reference.judge(family, worthwhile)
        assert product_verdicts(family, worthwhile) == expected
        seen.update(one.verdict for one in expected)
        seen.update(reason for one in expected for reason in one.reasons)
    wanted = {"improves", "harms", "no_meaningful_effect", "inconclusive"}
    assert wanted | {"IMPRECISE", "FRAGILE", "TREND", "ANTICIPATION", "ATTRITION"} <= set(seen)
