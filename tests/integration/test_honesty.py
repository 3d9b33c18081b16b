"""A small share of the simulation study: it must agree with the committed table."""

import json
from typing import Any

import pytest
from scipy import stats

from benchmarks.honesty import ROOT, repetitions_of
from benchmarks.honesty_cell import Cell, Target
from benchmarks.honesty_cells import all_cells
from benchmarks.honesty_run import CellCount, run_cell
from benchmarks.honesty_targets import AIMS
from schemas.thresholds import Thresholds

COMMITTED: dict[str, Any] = json.loads((ROOT / "docs/honesty.json").read_text(encoding="utf-8"))
EVENTS = ("improves", "harms", "no_meaningful_effect")
CHANCE = 1e-5
"""Two-sided p below which counts here and in the table cannot be of the same program."""
QUICK = ("null_40", "trend_short_1", "shock_1_seen_0.5", "effect_1", "unseen_shock_1")


def disagreement(cell: Cell, found: CellCount) -> list[str]:
    """Events whose share differs from the committed one by more than chance."""
    written = next(one for one in COMMITTED["cells"] if one["name"] == cell.name)
    return [f"{cell.name} {event}" for event in EVENTS if _p_value(written, found, event) < CHANCE]


def _p_value(written: dict[str, Any], found: CellCount, event: str) -> float:
    before, now = written["counts"].get(event, 0), found.counts.get(event, 0)
    table = [
        [before, written["repetitions"] - before],
        [now, found.repetitions - now],
    ]
    return float(stats.fisher_exact(table).pvalue)


def test_a_few_worlds_agree_with_the_table() -> None:
    cells = [cell for cell in all_cells() if cell.name in QUICK]
    assert len(cells) == len(QUICK)
    assert not [
        one for cell in cells for one in disagreement(cell, run_cell(cell, 40, Thresholds()))
    ]


@pytest.mark.slow
def test_every_world_agrees_with_the_table() -> None:
    repetitions = 120
    apart = [
        one
        for cell in all_cells()
        for one in disagreement(
            cell, run_cell(cell, repetitions_of(cell, repetitions), Thresholds())
        )
    ]
    assert not apart


def test_no_false_claim_in_the_table_is_beyond_what_chance_brings_in_a_thousand() -> None:
    kept: tuple[Target, ...] = ("false_claims", "wrong_sign", "few", "family")
    limits = {target: AIMS[target].highest or 0.0 for target in kept}
    beyond = [
        row["cell"]
        for row in COMMITTED["rows"]
        if row["target"] in kept
        and stats.binom.sf(row["count"] - 1, row["total"], limits[row["target"]]) < 0.001
    ]
    assert not beyond


def test_what_must_never_happen_is_not_in_the_table() -> None:
    never = [row for row in COMMITTED["rows"] if row["target"] in ("back_dated", "moderate_none")]
    assert never
    assert not any(row["count"] for row in never)
