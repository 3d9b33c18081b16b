"""The verdict follows the rules of METHODS 3 in their order."""

from dataclasses import replace

import pytest

from impact.model import Estimation, Interval
from impact.verdict import (
    Decision,
    Evidence,
    Family,
    adjusted_p,
    broken_by,
    decide,
    family_of,
    robust_bounds,
)
from tests.evidence import few_exposed, interval, observational, permutation, randomised

ALONE = Family()


def judged(
    estimation: Estimation | None, threshold: float | None = 1.0, family: Family = ALONE
) -> Decision:
    return decide(Evidence(estimation, threshold, 0.05), family)


def test_an_effect_that_survives_every_way_of_removing_bias_is_claimed() -> None:
    assert judged(observational(4.0, 4.0, 4.0)).verdict == "improves"
    assert judged(observational(-4.0, -4.0, -4.0)).verdict == "harms"


def test_what_is_lacking_comes_before_any_gate() -> None:
    evidence = Evidence(None, 1.0, 0.05, ("NO_EXPOSED",), "NO_PLAN")
    assert decide(evidence, ALONE) == Decision("not_evaluable", ("NO_EXPOSED",))


def test_a_failed_gate_is_inconclusive_whatever_the_estimate() -> None:
    evidence = Evidence(observational(9.0, 9.0, 9.0), 1.0, 0.05, (), "TIMING")
    found = decide(evidence, ALONE)
    assert (found.verdict, found.reasons) == ("inconclusive", ("TIMING",))


def test_a_small_effect_is_no_meaningful_effect_even_when_it_is_not_zero() -> None:
    assert judged(observational(4.0, 4.0, 4.0), 6.0).verdict == "no_meaningful_effect"


def test_without_a_threshold_nothing_is_negligible() -> None:
    assert judged(observational(0.0, 0.0, 0.0), None).reasons == ("IMPRECISE",)


def test_the_family_widens_the_interval_of_no_meaningful_effect() -> None:
    nothing = observational(0.0, 0.0, 0.0)
    assert judged(nothing, 1.7).verdict == "no_meaningful_effect"
    assert judged(nothing, 1.7, Family(5, (1.0,) * 4)).verdict == "inconclusive"
    assert judged(nothing, 2.4, Family(5, (1.0,) * 4)).verdict == "no_meaningful_effect"


@pytest.mark.parametrize(
    ("donut", "trend", "reasons"),
    [
        (1.0, 4.0, ("FRAGILE", "ANTICIPATION")),
        (4.0, 1.0, ("FRAGILE", "TREND")),
        (1.0, 0.5, ("FRAGILE", "TREND", "ANTICIPATION")),
        (0.5, 1.0, ("FRAGILE", "ANTICIPATION", "TREND")),
    ],
)
def test_fragile_names_what_broke_it_the_worst_first(
    donut: float, trend: float, reasons: tuple[str, ...]
) -> None:
    assert judged(observational(4.0, donut, trend)).reasons == reasons
    assert judged(observational(-4.0, -donut, -trend)).reasons == reasons


def test_controls_and_neighbours_and_competitors_give_their_own_reasons() -> None:
    seen = observational(4.0, 4.0, 4.0)
    for name, reason in (
        ("calibrated", "NEGATIVE_CONTROL"),
        ("calibrated_twice", "NEGATIVE_CONTROL"),
        ("far_only", "SPILLOVER"),
        ("clean", "COMPETING"),
    ):
        more = replace(seen, intervals=(*seen.intervals, interval(name, 0.0)))
        assert judged(more).reasons == ("FRAGILE", reason)


def test_a_widening_that_breaks_the_claim_gives_attrition() -> None:
    wide = tuple(interval(n, 4.0, widening=3.0) for n in ("plain", "donut", "trend_robust"))
    assert judged(observational(4.0, 4.0, 4.0, intervals=wide)).reasons == (
        "FRAGILE",
        "ATTRITION",
    )


def test_a_plain_estimate_that_shows_nothing_is_imprecise() -> None:
    assert judged(observational(1.0, 4.0, 4.0)).reasons == ("IMPRECISE",)
    assert broken_by(observational(1.0, 4.0, 4.0), 0.05, ALONE) == ()


def test_the_randomisation_p_must_agree_with_the_t() -> None:
    seen = observational(4.0, 4.0, 4.0, permutations=(permutation(0.026),))
    assert judged(seen).reasons == ("IMPRECISE",)
    assert judged(replace(seen, permutations=(permutation(0.025),))).verdict == "improves"


def test_a_randomisation_test_that_was_not_run_makes_no_claim() -> None:
    seen = observational(4.0, 4.0, 4.0, permutations=())
    assert judged(seen).verdict == "inconclusive"
    skipped = permutation(0.0001, status="NOT_EVALUATED")
    assert judged(replace(seen, permutations=(skipped,))).verdict == "inconclusive"


@pytest.mark.parametrize("name", ["donut", "trend_robust"])
def test_without_donut_or_trend_there_is_no_claim_of_any_kind(name: str) -> None:
    seen = observational(4.0, 4.0, 4.0)
    cut = tuple(
        Interval(item.name, "NOT_EVALUATED") if item.name == name else item
        for item in seen.intervals
    )
    for threshold in (1.0, 100.0):
        found = judged(replace(seen, intervals=cut), threshold)
        assert (found.verdict, found.reasons) == ("inconclusive", ("TOO_FEW_PRE",))


def test_in_a_randomised_design_only_the_plain_interval_decides() -> None:
    trial = randomised(4.0)
    assert judged(trial).verdict == "improves"
    assert robust_bounds(trial, 0.95) == trial.intervals[0].bounds(0.95)


def test_a_draw_that_could_have_come_out_one_way_only_can_claim_nothing() -> None:
    one_arm_blocks = permutation(1.0, count=1)
    seen = replace(randomised(9.0), permutations=(one_arm_blocks,))
    assert judged(seen).reasons == ("UNATTAINABLE_P",)


def test_holm_takes_away_a_claim_that_one_effect_alone_would_make() -> None:
    seen = observational(2.3, 2.3, 2.3)
    assert judged(seen).verdict == "improves"
    assert judged(seen, family=Family(3, (0.5, 0.6))).reasons == ("IMPRECISE",)
    assert judged(seen, family=Family(3, (0.001, 0.002))).verdict == "improves"


def test_no_interval_is_claimed_from_one_exposed_unit() -> None:
    seen = few_exposed(0.025, 0.025, 0.025)
    assert robust_bounds(seen, 0.95) is None
    assert judged(seen, 1000.0).verdict == "improves"
    assert judged(seen).p_value == pytest.approx(0.05)


def test_every_permutation_test_of_one_exposed_unit_must_pass() -> None:
    assert judged(few_exposed(0.975, 0.975, 0.975)).verdict == "harms"
    assert judged(few_exposed(0.025, 0.2, 0.1)).reasons == ("FRAGILE", "ANTICIPATION", "TREND")
    assert judged(few_exposed(0.05, 0.025, 0.025)).reasons == ("IMPRECISE",)


def test_one_exposed_unit_in_a_family_pays_for_the_whole_family() -> None:
    pair = Family(2, (0.001,))
    assert judged(few_exposed(0.025, 0.025, 0.025), family=pair).verdict == "inconclusive"
    assert adjusted_p(few_exposed(0.0125, 0.0125, 0.0125), pair) == pytest.approx(0.05)


def test_the_p_shown_for_one_exposed_unit_is_that_of_the_headline() -> None:
    assert judged(few_exposed(1 / 39, 0.3, 0.6)).p_value == pytest.approx(2 / 39)


def test_a_permutation_test_that_is_lacking_makes_no_claim() -> None:
    seen = few_exposed(0.025, 0.025, 0.025)
    assert judged(replace(seen, permutations=seen.permutations[:2])).reasons == ("TOO_FEW_PRE",)


def test_a_family_is_the_p_values_of_the_others() -> None:
    assert family_of((0.1, 0.2, 0.3), 1) == Family(3, (0.1, 0.3))
