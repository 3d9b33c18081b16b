"""Effects as flat tables: one row per effect, interval, event time and diagnostic."""

from schemas.effect import effect_estimates, effect_rows
from tests.findings_samples import portfolio, prop99


def test_an_effect_is_one_row_with_its_reasons_and_spend() -> None:
    effects = portfolio().effects
    table = effect_estimates(effects)
    assert table["effect_id"].tolist() == [effect.effect_id for effect in effects]
    assert table["reasons"].tolist() == [" ".join(effect.reasons) for effect in effects]
    assert table["spend"].tolist() == [effect.cost.spend for effect in effects]
    assert {"estimate", "verdict", "certainty", "currency"} < set(table.columns)
    assert not {"intervals", "cost", "sensitivity"} & set(table.columns)


def test_lists_become_rows_that_name_their_effect() -> None:
    effects = prop99().effects
    for name in ("intervals", "event_study", "diagnostics"):
        rows = effect_rows(effects, name)
        assert len(rows) == len(getattr(effects[0], name))
        assert set(rows["effect_id"]) == {effects[0].effect_id}
        assert rows.columns[:2].tolist() == ["effect_id", "subgroup_id"]


def test_no_effects_are_empty_tables_with_columns() -> None:
    assert effect_estimates([]).empty
    assert "low95" in effect_rows([], "intervals").columns
