"""The three studies through the product's own functions: published numbers, known truth."""

import pytest

from schemas.findings import Effect
from tests import portfolio_reference
from tests.study_engine import effects_of

STUDIES = portfolio_reference.STUDY.parent


def test_prop99_gives_the_published_estimate_and_cannot_tell() -> None:
    effect = effects_of(STUDIES / "prop99")["ca_packs"]
    assert effect.method == "synthetic_did"
    assert effect.estimate == pytest.approx(-15.604, abs=1e-3)
    assert effect.period_count == 31
    assert (effect.exposed_count, effect.comparison_count) == (1, 38)
    assert (effect.verdict, effect.reasons) == ("inconclusive", ["UNATTAINABLE_P"])
    assert effect.p_value is not None
    assert effect.p_value >= 2 / 39
    assert (effect.ci_low, effect.ci_high) == (None, None)
    assert (effect.robust_low, effect.robust_high) == (None, None)


def test_hiv_incentives_improve_with_moderate_certainty() -> None:
    effect = effects_of(STUDIES / "hiv_incentives")["collected_result"]
    assert effect.method == "randomised"
    assert effect.estimate == pytest.approx(0.451, abs=1e-3)
    assert (effect.verdict, effect.certainty) == ("improves", "moderate")
    assert [cap.why for cap in effect.certainty_caps] == ["MISSING"]
    assert effect.missing_share == pytest.approx(56 / 679)


@pytest.fixture(scope="module")
def portfolio_effects() -> dict[str, Effect]:
    return effects_of(portfolio_reference.STUDY)


def test_portfolio_is_of_low_certainty_where_clusters_are_enough(
    portfolio_effects: dict[str, Effect],
) -> None:
    found = portfolio_effects
    assert {key: one.certainty for key, one in found.items()} == {
        **dict.fromkeys(found, "low"),
        "pilot_shared_decisions": "very_low",
    }


def test_portfolio_gets_the_verdicts_and_intervals_of_the_reference(
    portfolio_effects: dict[str, Effect],
) -> None:
    found = portfolio_effects
    tables = portfolio_reference.read_tables()
    judged = portfolio_reference.verdicts(tables)
    signs = {"days_to_specialist": -1}
    for case in portfolio_reference.cases(tables):
        effect = found[case.effect_id]
        assert effect.verdict == portfolio_reference.INTENDED[case.effect_id]
        assert tuple(effect.reasons) == judged[case.effect_id].reasons
        expected = portfolio_reference.evidence_of(case, draws=1).intervals
        sign = signs.get(effect.measure_id, 1)
        assert {i.name for i in effect.intervals if i.status == "PASS"} == set(expected)
        for interval in effect.intervals:
            if interval.status != "PASS":
                continue
            wanted = expected[interval.name]
            assert interval.estimate == pytest.approx(sign * wanted.estimate, abs=1e-9)
            assert interval.std_error == pytest.approx(wanted.std_error, abs=1e-9)
