"""Facts of the synthetic portfolio, and the verdicts an independent implementation gives it."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from data.generators import portfolio
from data.generators.portfolio_truth import CONTROL_MEASURES, INITIATIVES
from tests import portfolio_reference, reference

TABLES = portfolio_reference.read_tables()
STARTS_BY_MONTH = {20: 10, 27: 10, 34: 10}


def starts(initiative_id: str) -> pd.Series:
    """First exposed month of each exposed community, from the log."""
    first = portfolio_reference.qualifying(TABLES, smallest=1_000)
    mine = first[first["initiative_id"] == initiative_id]
    return portfolio_reference.months_since_start(mine["start_date"])


def test_generator_gives_the_committed_bytes(tmp_path: Path) -> None:
    portfolio.write(tmp_path, seed=1)
    committed = sorted(portfolio_reference.STUDY.glob("*.csv"))
    assert [path.name for path in committed] == sorted(p.name for p in tmp_path.iterdir())
    for path in committed:
        assert (tmp_path / path.name).read_bytes() == path.read_bytes()


def test_another_seed_gives_another_company() -> None:
    other = portfolio.generate(seed=2)
    assert (other["outcome"]["value"] != TABLES["outcome"]["value"]).mean() > 0.9
    assert other["measure"]["name"].tolist() == TABLES["measure"]["name"].tolist()


def test_sixty_communities_are_seen_for_48_months_on_29_measures() -> None:
    outcome = TABLES["outcome"]
    assert len(TABLES["unit"]) == 60
    assert outcome["period_start"].nunique() == 48
    assert outcome["measure_id"].nunique() == 5 + 24
    assert len(outcome) == 60 * 48 * 29
    assert (outcome["status"] == "missing").mean() < 0.01
    assert outcome["value"].isna().equals(outcome["status"] == "missing")


def test_24_negative_controls_are_planned_and_touched_by_no_initiative() -> None:
    planned = portfolio_reference.read_plan()["analysis"]["negative_controls"]
    controls = TABLES["measure"].query("family == 'process'")["measure_id"].tolist()
    assert planned == controls == [m.measure_id for m in CONTROL_MEASURES]
    assert len(planned) == 24
    assert not {i.measure.measure_id for i in INITIATIVES} & set(planned)


@pytest.mark.parametrize(
    ("initiative_id", "expected"),
    [
        ("peer_navigators", STARTS_BY_MONTH),
        ("referral_portal", STARTS_BY_MONTH),
        ("information_evenings", STARTS_BY_MONTH),
        ("relief_grants", STARTS_BY_MONTH),
        ("decision_aid_pilot", {30: 6}),
    ],
)
def test_communities_start_in_cohorts(initiative_id: str, expected: dict[int, int]) -> None:
    assert starts(initiative_id).value_counts().sort_index().to_dict() == expected


def test_two_initiatives_have_their_exposure_in_the_log_alone() -> None:
    from_log = {i.initiative_id for i in INITIATIVES} - set(TABLES["exposure"]["initiative_id"])
    assert from_log == {"referral_portal", "relief_grants"}


def test_exposure_starts_in_the_month_of_the_first_engagement() -> None:
    first = portfolio_reference.qualifying(TABLES, smallest=0)
    both = TABLES["exposure"].merge(first, on=["initiative_id", "unit_id"], how="left")
    assert len(both) == 30 + 30 + 6
    assert (both["start_date_x"] == both["start_date_y"]).all()


def test_no_start_was_recorded_more_than_a_month_late() -> None:
    first = portfolio_reference.qualifying(TABLES, smallest=1_000)
    late = portfolio_reference.months_since_start(first["recorded_date"])
    late -= portfolio_reference.months_since_start(first["start_date"])
    assert late.between(0, 1).all()


def test_a_talk_precedes_every_start_that_comes_from_the_log() -> None:
    talks = portfolio_reference.qualifying(TABLES, smallest=0)
    grants = portfolio_reference.qualifying(TABLES, smallest=1_000)
    both = talks.merge(grants, on=["initiative_id", "unit_id"])
    from_log = both[both["initiative_id"].isin(["referral_portal", "relief_grants"])]
    assert (from_log["start_date_x"] < from_log["start_date_y"]).all()


def test_log_holds_advocacy_and_support_and_kinds_left_to_rules() -> None:
    log = TABLES["engagement"]
    support = log["activity_type"].isin(["copay_assistance", "free_drug", "nurse_educator"])
    assert log["engagement_id"].is_unique
    assert support.sum() > 100
    assert log.loc[support, "beneficiary"].eq("patient").all()
    assert log["kind"].isna().mean() > 0.2
    assert set(log["partner_id"]) <= set(TABLES["partner"]["partner_id"])
    assert set(log["unit_id"].dropna()) <= set(TABLES["unit"]["unit_id"])


def test_money_is_negative_only_where_it_is_paid_back() -> None:
    log = TABLES["engagement"]
    negative = log[log["amount"] < 0]
    paid = log.set_index("engagement_id")["amount"]
    assert negative["reverses_engagement_id"].notna().all()
    assert (negative["amount"].to_numpy() == -paid[negative["reverses_engagement_id"]]).all()
    assert log["reverses_engagement_id"].notna().sum() == len(negative) == 2


def test_everything_says_that_it_is_synthetic() -> None:
    study = (portfolio_reference.STUDY / "study.yaml").read_text("utf-8")
    assert "synthetic: true" in study
    assert "title: SYNTHETIC" in study
    for table in ("initiative", "partner", "unit"):
        assert TABLES[table]["name"].str.contains("synthetic").all()


def test_effects_are_what_the_generator_says() -> None:
    outcomes, cohorts = portfolio.build_world(seed=3)
    initiative = INITIATIVES[0]
    grid, cohort = outcomes[initiative.measure.measure_id], cohorts[initiative.initiative_id]
    found = reference.evidence(grid, cohort, donut=6, draws=1).intervals["plain"]
    assert found.estimate == pytest.approx(initiative.effect, abs=4 * found.std_error)
    assert initiative.effect == 1.2 * initiative.measure.monthly_sd


def test_money_follows_need_where_the_truth_is_no_effect() -> None:
    outcomes, cohorts = portfolio.build_world(seed=3)
    grid, cohort = outcomes["quality_of_life"], cohorts["relief_grants"]
    last = np.array([grid[j, s - 7 : s - 1].mean() for j, s in enumerate(cohort) if s > 0])
    assert last.mean() < grid[cohort < 0].mean() - 1.0


def test_the_reference_gives_every_initiative_its_intended_verdict() -> None:
    found = portfolio_reference.verdicts(TABLES)
    assert {key: one.verdict for key, one in found.items()} == portfolio_reference.INTENDED
    assert found["relief_quality_of_life"].reasons == ("ANTICIPATION",)
    assert found["pilot_shared_decisions"].reasons == ("IMPRECISE",)
