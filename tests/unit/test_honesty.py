"""The simulation study: cells, targets, counting, and the page that is made from them."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks import honesty
from benchmarks.honesty_cell import SHORT, Cell
from benchmarks.honesty_cells import all_cells
from benchmarks.honesty_page import page, record
from benchmarks.honesty_run import CellCount, run_cell, settle
from benchmarks.honesty_targets import AIMS, compare, worst
from benchmarks.rivals import RIVALS
from impact.cohorts import Cohorts
from impact.judged import Judged
from impact.sample import build_sample
from schemas.thresholds import Thresholds
from tests.effect_arrays import effect_data, staggered
from tests.worlds import Bias

QUICK = Thresholds(permutations_drawn=199)
DOCS = Path(honesty.ROOT) / "docs"


def cell(name: str) -> Cell:
    return next(one for one in all_cells() if one.name == name)


def count(name: str, repetitions: int = 4000, **events: int) -> CellCount:
    named = {event.replace("__", ":"): times for event, times in events.items()}
    return CellCount(name, repetitions, 0.0, None, 40, named)


def test_every_target_has_a_cell() -> None:
    aimed = {target for one in all_cells() for target in one.targets}
    assert aimed == set(AIMS)


def test_a_false_claim_in_116_of_4000_is_within_chance_and_117_is_not() -> None:
    aim = AIMS["false_claims"]
    assert aim.is_met(116, 4000)
    assert not aim.is_met(117, 4000)
    assert aim.limit == "≤ 2.5 %"


def test_a_share_between_two_limits_fails_on_either_side() -> None:
    aim = AIMS["coverage"]
    assert aim.limit == "93 to 97 %"
    assert [aim.is_met(times, 4000) for times in (3600, 3800, 3960)] == [False, True, False]


def test_a_strict_target_allows_not_one() -> None:
    assert AIMS["back_dated"].is_met(0, 4000)
    assert not AIMS["back_dated"].is_met(1, 4000)


def test_the_nearest_row_is_the_one_with_the_least_room() -> None:
    names = ("null_40", "null_100")
    cells = [cell(name) for name in names]
    found = {
        "null_40": count("null_40", improves=40, bounded=4000, covered=3800),
        "null_100": count("null_100", harms=200, bounded=4000, covered=3740),
    }
    rows = compare(cells, found)
    nearest = worst("false_claims", rows)
    assert nearest is not None
    assert (nearest.cell, nearest.event, nearest.is_met) == ("null_100", "harms", False)
    covered = worst("coverage", rows)
    assert covered is not None
    assert covered.cell == "null_100"
    assert worst("few", rows) is None


def test_the_page_names_what_fools_the_verdict_first_and_every_miss() -> None:
    cells = [cell("null_40"), cell("unseen_shock_1")]
    found = {
        "null_40": count("null_40", improves=300, certainty__low=300, inconclusive=3700),
        "unseen_shock_1": count("unseen_shock_1", improves=3200, certainty__low=3200),
    }
    found["null_40"].counts.update({"reason:TREND": 100, "rival:cluster_test": 400, "bounded": 0})
    made = page(record(cells, found, 4000))
    first = made.splitlines()[2]
    assert first.startswith("**The verdict can be fooled.**")
    assert "80.0 %" in first
    missed = made[made.index("## Missed targets") : made.index("## All cells")]
    assert "| null_40 | false_claims | improves 7.5 % (limit ≤ 2.5 %)" in missed
    assert "reasons: TREND 2.5 %" in missed
    assert "low 100.0 %" in missed


def test_the_committed_page_is_made_from_the_committed_counts() -> None:
    written: dict[str, Any] = json.loads((DOCS / "honesty.json").read_text(encoding="utf-8"))
    assert page(written) == (DOCS / "honesty.md").read_text(encoding="utf-8")
    assert {one["name"] for one in written["cells"]} == {one.name for one in all_cells()}


def test_the_same_cell_gives_the_same_counts() -> None:
    one = cell("effect_1")
    assert run_cell(one, 6, QUICK) == run_cell(one, 6, QUICK)


def test_pilots_set_the_truth() -> None:
    power = settle(cell("power_short"), QUICK)
    larger = settle(replace(cell("power_short"), factor=1.5), QUICK)
    assert power.effect == pytest.approx(0.63, abs=0.08)
    assert larger.effect == pytest.approx(1.5 * power.effect)
    masked = settle(cell("masked_by_trend"), QUICK)
    assert masked.known.worthwhile == masked.effect
    assert masked.spec.bias == Bias(trend=-masked.effect)
    needed = settle(cell("needed"), QUICK)
    assert needed.spec.clusters > cell("needed").spec.clusters
    assert needed.effect == 0.5
    assert settle(cell("null_40"), QUICK) == cell("null_40")


@pytest.mark.parametrize(
    "name",
    [
        "ten_nulls",
        "controls_elsewhere_null",
        "back_dated_log",
        "persons_effect",
        "few_2_of_12",
        "not_yet_null",
    ],
)
def test_every_kind_of_cell_is_judged(name: str) -> None:
    found = run_cell(cell(name), 2, QUICK)
    verdicts = ("improves", "harms", "no_meaningful_effect", "inconclusive", "not_evaluable")
    assert sum(found.counts.get(verdict, 0) for verdict in verdicts) == 2


def test_usual_analyses_find_an_effect_that_is_there_and_mostly_none_that_is_not() -> None:
    rng = np.random.default_rng(7)
    for effect, least, most in ((2.0, 0.0, 1e-6), (-2.0, 0.999, 1.0)):
        outcome, cohort = staggered(rng, effect=effect)
        sample = build_sample(effect_data(outcome, cohort))
        cohorts = Cohorts(sample.label, tuple(window.start for window in sample.windows))
        judged = Judged(sample, cohorts, 1, 1.0, 0.0)
        for rival in RIVALS.values():
            assert least <= rival(judged) <= most


def test_a_study_that_was_stopped_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    arguments = ["honesty", "--reps=2", "--workers=1", "--only=null_10", f"--keep={tmp_path}"]
    monkeypatch.setattr("sys.argv", [*arguments, f"--out={tmp_path}"])
    honesty.main()
    first = (tmp_path / "honesty.json").read_text(encoding="utf-8")
    monkeypatch.setattr(honesty, "_run_and_keep", None)
    honesty.main()
    assert (tmp_path / "honesty.json").read_text(encoding="utf-8") == first
    assert SHORT.clusters == 40
