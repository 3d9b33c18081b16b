"""Every indicator of the synthetic portfolio, against what its generator worked out by hand."""

from functools import cache
from typing import get_args

import ibis
import pytest

from data.generators import portfolio
from data.generators.portfolio_expected import FINDINGS, Key, Truth
from data.generators.portfolio_expected_beside import expected
from data.generators.portfolio_truth import INITIATIVES
from impact.indicators.measure import measure_indicators
from impact.indicators.tables import IndicatorTables
from impact.kind import classify
from intake.core import build_core
from intake.read import read_raw
from intake.study import load_study
from schemas.findings import Cost, Effect, Indicator
from schemas.indicators import INDICATORS
from schemas.registry import TABLE_ORDER
from schemas.vocabulary import Question
from tests.intake_world import engine
from tests.portfolio_reference import INTENDED, STUDY, read_plan

TRUTH = expected(portfolio.generate(seed=1))


@cache
def core_tables() -> dict[str, ibis.Table]:
    """Every core table but the outcomes, which no indicator reads; the log with its kinds."""
    study = load_study(STUDY)
    accepted: dict[str, ibis.Table] = {}
    for table in TABLE_ORDER:
        if table != "outcome":
            raw = read_raw(engine(), STUDY, study, table)
            accepted[table] = build_core(table, raw, accepted, study, engine()).accepted
    kinds = classify(accepted["engagement"], accepted["partner"], accepted["kind_override"])
    return accepted | {"engagement": ibis.memtable(kinds.to_pyarrow())}


def intended_effects() -> tuple[Effect, ...]:
    """The five effects as they are meant to be judged; the golden verdicts say that they are."""
    measures = {i.initiative_id: i.measure for i in INITIATIVES}
    return tuple(
        Effect(
            effect_id=effect["effect_id"],
            initiative_id=effect["initiative_id"],
            initiative_name=effect["initiative_id"],
            measure_id=effect["measure_id"],
            measure_name=measures[effect["initiative_id"]].name,
            unit_label=measures[effect["initiative_id"]].unit_label,
            direction=measures[effect["initiative_id"]].direction,
            role="primary",
            method="group_time_did",
            estimate=1.0,
            verdict=INTENDED[effect["effect_id"]],
            certainty="low",
            cost=Cost(currency="EUR"),
        )
        for effect in read_plan()["effects"]
    )


@cache
def found() -> dict[Key, Indicator]:
    """The product's rows by indicator and `by`."""
    study = load_study(STUDY)
    named = frozenset(source.table for source in study.sources)
    tables = IndicatorTables(study, core_tables(), named, intended_effects())
    return {(i.indicator_id, tuple(sorted(i.by.items()))): i for i in measure_indicators(tables)}


def name_of(value: object) -> str:
    """An indicator and its `by` as a test id; the truth beside it needs none."""
    if not isinstance(value, tuple):
        return ""
    return "-".join([value[0], *(word for _, word in value[1])])


@pytest.mark.parametrize(("key", "truth"), TRUTH.items(), ids=name_of)
def test_an_indicator_is_what_the_generator_drew(key: Key, truth: Truth) -> None:
    row = found()[key]
    assert (row.status, row.n) == ("OK", truth.n)
    assert row.value == pytest.approx(truth.value, rel=1e-9, abs=1e-12)
    for told, drawn in ((row.numerator, truth.numerator), (row.denominator, truth.denominator)):
        assert told is None or drawn is None or told == pytest.approx(drawn, rel=1e-9)


def test_a_truth_is_stated_for_every_indicator() -> None:
    assert {indicator_id for indicator_id, _ in TRUTH} == set(INDICATORS)
    assert {INDICATORS[name].question for name, _ in TRUTH} == set(get_args(Question))


def test_every_indicator_of_the_portfolio_is_evaluated() -> None:
    assert {key[0] for key, row in found().items() if row.status == "OK"} == set(INDICATORS)
    assert [key for key, row in found().items() if row.status != "OK"] == []


def test_the_findings_of_the_evidence_are_the_intended_verdicts() -> None:
    words = {
        "improves": "favourable",
        "harms": "unfavourable",
        "no_meaningful_effect": "little_difference",
        "inconclusive": "inconclusive",
    }
    planned = {e["initiative_id"]: INTENDED[e["effect_id"]] for e in read_plan()["effects"]}
    assert {name: words[verdict] for name, verdict in planned.items()} == FINDINGS


def test_the_story_of_the_portfolio_is_in_its_numbers() -> None:
    value = {key[0]: row.value or 0.0 for key, row in found().items() if not key[1]}
    assert value["q2.upstream_share"] < 0.3
    assert value["q2.loop_closed"] < 0.25
    assert value["q2.influence_gap"] > 0.5
    assert value["q3.launch_coupling"] > 0.5
    assert ("q3.dependence", (("partner_id", "p12"),)) in found()
    assert found()["q3.dependence", ()].numerator == 1
