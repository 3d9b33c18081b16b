"""What `advocacy explain` prints of findings, and the SQL that it names."""

import pytest

from pipelines.explain import Explained
from pipelines.explain_sql import effect_sql, indicator_sql
from pipelines.explain_text import explained_text
from schemas.findings import Indicator
from schemas.indicators import INDICATORS
from tests.findings_samples import portfolio


def shown(*rows: Indicator) -> str:
    spec = INDICATORS["q2.conversion"]
    found = Explained("s", "indicator", spec.name, spec.definition, "a / b", rows, (), (), ())
    return explained_text(found, as_json=False)


def share(value: float | None, **parts: float) -> Indicator:
    return Indicator(
        indicator_id="q2.conversion",
        question="Q2",
        unit="share",
        value=value,
        status="OK" if value is not None else "NOT_EVALUATED",
        reason=None if value is not None else "the denominator is empty",
        **parts,
    )


def test_a_share_is_shown_with_what_it_was_made_from() -> None:
    row = share(0.25, numerator=3_000, denominator=12_000, n=12_000, ci_low=0.2, ci_high=0.3)
    assert "overall: 0.25 share = 3,000 / 12,000, n 12,000 [0.2 to 0.3]" in shown(row)


def test_a_sum_of_money_keeps_its_cents() -> None:
    assert "overall: 1,234.56 share\n" in shown(share(1_234.56))


def test_a_number_that_could_not_be_computed_says_why() -> None:
    assert "overall: not evaluated: the denominator is empty" in shown(share(None))


def test_many_rows_are_cut_and_counted() -> None:
    assert "... and 3 more rows: --json" in shown(*[share(0.5)] * 15)


@pytest.mark.parametrize("indicator_id", INDICATORS)
def test_every_indicator_has_sql_on_published_tables(indicator_id: str) -> None:
    queries = indicator_sql(indicator_id)
    assert queries
    for query in queries:
        assert "select" in query
        assert "core_" in query or "engagement_with_kind" in query


def test_a_quote_in_an_id_stays_text() -> None:
    effect = portfolio().effects[0].model_copy(update={"effect_id": "o'brien"})
    assert all("effect_id = 'o''brien'" in query for query in effect_sql(effect))


def test_an_effect_is_shown_with_its_reasons_caps_and_what_is_missing() -> None:
    effects = [
        effect.model_copy(update={"missing": ["exposure"]}) for effect in portfolio().effects
    ]
    found = Explained("s", "effect", "e", "d", "f", tuple(effects), (), ("Alike.",), ())
    said = explained_text(found, as_json=False)
    assert "missing: exposure" in said
    assert "assumes: Alike." in said
    for effect in effects:
        assert f"-> {effect.verdict}" in said
        assert all(reason in said for reason in effect.reasons)
