"""`advocacy design` on published runs: a table to read, JSON, and an order drawn by lot."""

import json
from pathlib import Path

import pandas as pd
import pytest

from impact.design import Advice, Budget, OpenQuestion, Option
from impact.history import History
from impact.model import NotEvaluable
from impact.roll_out import Ask, RollOut, Settled
from intake.study import load_study
from pipelines import design
from pipelines.commands import design_roll_out
from pipelines.errors import Exit
from pipelines.run import run_study
from pipelines.settings import Settings
from pipelines.summary import StageLines
from tests.integration.conftest import copy_study
from tests.unit.test_design import OPEN_EFFECT


@pytest.mark.slow
def test_a_published_study_is_told_what_would_settle_it(
    prop99: Path,
    settings: Settings,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setattr(design, "_budget", lambda *_: Budget(8, 6, 1))
    assert design_roll_out("prop99", settings, None, as_json=False, debug=False) == Exit.USAGE
    assert "advocacy run prop99" in capsys.readouterr().err
    run_study(prop99, settings, None, StageLines())
    assert design_roll_out("prop99", settings, tmp_path, as_json=True, debug=False) == Exit.DONE
    said = json.loads(capsys.readouterr().out)
    found = said["questions"][0]
    assert (said["study_id"], said["template"]) == ("prop99", str(tmp_path / design.TEMPLATE))
    assert (found["effect_id"], found["reasons"]) == ("ca_packs", ["UNATTAINABLE_P"])
    assert (found["history"]["periods"], found["units_not_yet_exposed"]) == (31, 38)
    assert found["recommended"]["settles"] >= 0.8
    assert set(found["certainty_by_basis"]) == {"unknown", "policy", "randomised"}
    rows = pd.read_csv(tmp_path / design.TEMPLATE)
    assert set(rows["initiative_id"]) == {"ca_tobacco_control_rollout"}
    assert "CA" not in set(rows["unit_id"])
    assert rows["start_date"].min() == "2002-01-01"

    (prop99 / "plan.lock.json").unlink()
    plan = prop99 / "plan.yaml"
    plan.write_text(plan.read_text("utf-8").replace("5.0", "6.0"), "utf-8")
    assert design_roll_out("prop99", settings, None, as_json=False, debug=False) == Exit.USAGE


def test_the_advice_is_told_with_its_noise_its_units_and_what_a_lot_would_buy(
    prop99: Path,
) -> None:
    study = load_study(prop99)
    best = Option(RollOut("randomised_arms", 24, 31, 4), 5.0, Settled(0.9, 0.85), "high")
    ask = Ask(5.0, History(8.0, 0.6, 31, 38), 1)
    question = OpenQuestion(OPEN_EFFECT, ask, tuple("abc"), (4,), "year")
    advice = Advice(question, (best,), (), best, (("unknown", "low"), ("randomised", "high")))
    told = design.design_lines(design.Designed(study, (advice,), Path("made.csv")))
    assert "  history: 31 years, 3 units not yet exposed" in told
    assert "  noise: SD 8 a year, correlation 0.60" in told
    assert any("24 units, 4 years, half drawn by lot" in line for line in told)
    assert any("settles 85%" in line for line in told)
    assert "    none: too few units are left unexposed" in told
    assert any("order drawn by lot and declared: high" in line for line in told)
    assert "Order drawn: made.csv" in told
    without = design.design_lines(design.Designed(study, (Advice(question),), None))
    assert "    no roll-out that was tried" in without


def test_nothing_open_and_nothing_known_are_said(prop99: Path) -> None:
    study = load_study(prop99)
    assert "nothing to design" in design.design_lines(design.Designed(study, (), None))[0]
    lacking = NotEvaluable(("NO_OUTCOME",))
    question = OpenQuestion(OPEN_EFFECT, None, (), (12,), "month", lacking=lacking)
    told = design.design_text(design.Designed(study, (Advice(question),), None), as_json=False)
    assert "No history to design from: no outcome was observed (NO_OUTCOME)." in told


@pytest.mark.slow
def test_the_portfolio_is_advised_within_two_minutes(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    run_study(copy_study("portfolio", settings), settings, None, StageLines())
    assert design_roll_out("portfolio", settings, None, as_json=True, debug=False) == Exit.DONE
    said = json.loads(capsys.readouterr().out)
    found = {one["effect_id"]: one for one in said["questions"]}
    assert set(found) == {"relief_quality_of_life", "pilot_shared_decisions"}
    pilot = found["pilot_shared_decisions"]["recommended"]
    assert (pilot["effect"], pilot["certainty"]) == (1.0, "high")
    assert pilot["clusters"] <= 54
