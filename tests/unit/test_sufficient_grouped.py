"""The engine's GROUP BY gives the statistics that the arrays give."""

from pathlib import Path

import ibis
import numpy as np
import pandas as pd
import pytest

from impact.model import NEVER, FloatArray, IntArray
from impact.sufficient.effects import group_time_effects
from impact.sufficient.grouped import MASK, grouped_moments
from impact.sufficient.moments import moments_of


@pytest.fixture
def engine() -> ibis.BaseBackend:
    return ibis.duckdb.connect(threads=1)


def world(periods: int = 7) -> tuple[FloatArray, IntArray]:
    rng = np.random.default_rng(5)
    outcome = rng.standard_normal((60, periods)) + 3 * rng.standard_normal((60, 1)) + 1000
    return outcome, rng.choice([NEVER, 2, 4, periods + 1], size=60)


def long(outcome: FloatArray, cohort: IntArray) -> pd.DataFrame:
    """Rows in no particular order, as they come from a file."""
    units, periods = outcome.shape
    rows = pd.DataFrame(
        {
            "unit_id": np.repeat([f"u{n}" for n in range(units)], periods),
            "period": np.tile(np.arange(periods), units),
            "cohort": pd.Series(np.repeat(cohort, periods), dtype="Int64"),
            "outcome": outcome.ravel(),
        }
    )
    rows["cohort"] = rows["cohort"].mask(rows["cohort"] == NEVER)
    return rows.sample(frac=1, random_state=1)


def stored(engine: ibis.BaseBackend, rows: pd.DataFrame, folder: Path) -> ibis.Table:
    rows.to_parquet(folder / "panel.parquet")
    table: ibis.Table = engine.read_parquet(folder / "panel.parquet")
    return table


def test_parquet_gives_what_arrays_give(engine: ibis.BaseBackend, tmp_path: Path) -> None:
    outcome, cohort = world()
    table = stored(engine, long(outcome, cohort), tmp_path)
    found, wanted = grouped_moments(table, 7), moments_of(outcome, cohort)
    assert found.incomplete_count == 0
    assert found.moments.cohort.tolist() == wanted.cohort.tolist() == [NEVER, 2, 4]
    assert found.moments.count.tolist() == wanted.count.tolist()
    np.testing.assert_allclose(found.moments.mean, wanted.mean, rtol=1e-13)
    np.testing.assert_allclose(found.moments.cross, wanted.cross, rtol=1e-11, atol=1e-9)
    ours, theirs = group_time_effects(found.moments), group_time_effects(wanted)
    assert ours is not None
    assert theirs is not None
    np.testing.assert_allclose(ours.event.estimate, theirs.event.estimate, atol=1e-10)
    np.testing.assert_allclose(ours.event.std_error, theirs.event.std_error, atol=1e-10)


def test_the_same_file_gives_the_same_bytes(engine: ibis.BaseBackend, tmp_path: Path) -> None:
    table = stored(engine, long(*world()), tmp_path)
    first, again = grouped_moments(table, 7), grouped_moments(table, 7)
    assert first.moments.cross.tobytes() == again.moments.cross.tobytes()
    assert first.moments.mean.tobytes() == again.moments.mean.tobytes()


def test_units_with_a_gap_are_left_out_and_counted(
    engine: ibis.BaseBackend, tmp_path: Path
) -> None:
    outcome, cohort = world()
    holed = outcome.copy()
    holed[0, 3], holed[1, 2], holed[2, 6] = np.nan, np.inf, np.nan
    rows = long(holed, cohort)
    twice = rows[(rows["unit_id"] == "u3") & (rows["period"] != 4)]
    again = twice[twice["period"] == 5]
    rows = pd.concat([rows[rows["unit_id"] != "u3"], twice, again])
    found = grouped_moments(stored(engine, rows, tmp_path), 7)
    assert found.incomplete_count == 4
    wanted = moments_of(outcome[4:], cohort[4:])
    np.testing.assert_allclose(found.moments.mean, wanted.mean, rtol=1e-13)


def test_periods_outside_the_panel_do_not_count(engine: ibis.BaseBackend, tmp_path: Path) -> None:
    outcome, cohort = world()
    found = grouped_moments(stored(engine, long(outcome, cohort), tmp_path), 6)
    np.testing.assert_allclose(
        found.moments.mean, moments_of(outcome[:, :6], cohort).mean, rtol=1e-13
    )


def test_a_panel_longer_than_one_set_of_flags(engine: ibis.BaseBackend, tmp_path: Path) -> None:
    periods = MASK + 3
    outcome, cohort = world(periods)
    found = grouped_moments(stored(engine, long(outcome, cohort), tmp_path), periods)
    assert (found.incomplete_count, found.moments.count.sum()) == (0, 60)


def test_a_panel_without_a_complete_unit_is_refused(
    engine: ibis.BaseBackend, tmp_path: Path
) -> None:
    table = stored(engine, long(*world()), tmp_path)
    with pytest.raises(ValueError, match="number of periods"):
        grouped_moments(table, 9)
