"""The estimators give back published numbers (METHODS 5)."""

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from diff_diff import CallawaySantAnna, SyntheticDiD

from impact import functionals
from impact.callaway_santanna import group_average, group_time_att
from impact.cohorts import Cohorts
from impact.doubly_robust import Given, RobustCells, robust_cells
from impact.estimate import choose_method, estimate
from impact.model import NEVER, EffectData, Estimation, FloatArray, IntArray
from impact.windows import build_window
from schemas.thresholds import Thresholds
from schemas.vocabulary import Assignment, Comparison
from tests.effect_arrays import effect_data

DATA = Path(__file__).parent / "data"
STUDIES = Path(__file__).parents[2] / "data" / "studies"
PRINTED = 1e-9
"""METHODS 5 prints Callaway and Sant'Anna's numbers in full; this allows for rounding only."""


def estimated(data: EffectData, assignment: Assignment) -> Estimation:
    """What `auto` makes of the data."""
    method = choose_method(data, assignment, "auto", Thresholds())
    assert isinstance(method, str)
    found = estimate(data, method, Thresholds())
    assert isinstance(found, Estimation)
    return found


def employment() -> tuple[FloatArray, IntArray]:
    """mpdta: 500 counties, five years."""
    table = pd.read_csv(DATA / "mpdta.csv").sort_values(["county", "year"])
    first = table.groupby("county")["first_year"].first().to_numpy()
    outcome = table["lemp"].to_numpy().reshape(500, 5)
    return outcome, np.where(first > 0, first - 2003, NEVER)


def california() -> EffectData:
    """Packs per person in 39 states, 1970 to 2000; California from 1989."""
    table = pd.read_csv(STUDIES / "prop99" / "outcome.csv", dtype={"unit_id": str})
    table = table.sort_values(["unit_id", "period_start"])
    units = tuple(sorted(set(table["unit_id"])))
    exposed = set(pd.read_csv(STUDIES / "prop99" / "exposure.csv")["unit_id"].astype(str))
    cohort = np.where([unit in exposed for unit in units], 19, NEVER)
    outcome = table["value"].to_numpy().reshape(39, 31)
    return effect_data(outcome, cohort, unit_ids=units, sign=-1, horizon=(0, 11))


@cache
def proposition_99() -> Estimation:
    return estimated(california(), "policy")


def test_callaway_santanna_on_mpdta() -> None:
    found = group_time_att(*employment(), base="varying")
    assert found is not None
    assert found.simple == pytest.approx(-0.0399512751551763, rel=PRINTED)
    assert found.simple_std_error == pytest.approx(0.0120340127701854, rel=PRINTED)
    assert found.dynamic == pytest.approx(-0.0772398214573151, rel=PRINTED)
    assert found.dynamic_std_error == pytest.approx(0.0199649890618494, rel=PRINTED)
    printed = [0.0305, -0.0006, -0.0245, -0.0199, -0.0510, -0.1373, -0.1008]
    assert [event.event_time for event in found.event_study] == list(range(-3, 4))
    assert [event.estimate for event in found.event_study] == pytest.approx(printed, abs=5e-5)


def test_callaway_santanna_on_mpdta_with_not_yet_exposed_counties() -> None:
    outcome, cohort = employment()
    found = group_time_att(outcome, cohort, comparison="not_yet_exposed")
    rows, periods = np.indices(outcome.shape).reshape(2, -1)
    table = pd.DataFrame({"unit": rows, "time": periods + 1, "y": outcome.ravel()})
    table["first"] = np.where(cohort == NEVER, 0, cohort + 1)[rows]
    columns = {"outcome": "y", "unit": "unit", "time": "time", "first_treat": "first"}
    library = CallawaySantAnna(control_group="not_yet_treated", estimation_method="reg")
    wanted = library.fit(table, **columns).aggregate("simple")
    assert found is not None
    assert found.simple == pytest.approx(float(np.ravel(wanted.att)[0]), abs=1e-10)
    assert found.simple_std_error == pytest.approx(float(np.ravel(wanted.se)[0]), abs=1e-10)


@pytest.mark.parametrize(
    ("comparison", "estimate", "std_error"),
    [
        ("never_exposed", -0.04175177205861635, 0.01150283815154501),
        ("not_yet_exposed", -0.04135162929923669, 0.011427839082186031),
    ],
)
def test_doubly_robust_on_mpdta_given_population(
    comparison: Comparison, estimate: float, std_error: float
) -> None:
    """The package `did` prints -0.0418 and 0.0115; these are the digits of moderndid 0.2.0."""
    outcome, cohort = employment()
    table = pd.read_csv(DATA / "mpdta.csv").sort_values(["county", "year"])
    population = table["lpop"].to_numpy().reshape(1, 500, 5)
    found = robust_cells(Given(outcome, cohort, population, comparison))
    assert isinstance(found, RobustCells)
    assert found.simple() == pytest.approx((estimate, std_error), rel=PRINTED)


def test_callaway_santanna_by_cohort_on_mpdta() -> None:
    outcome, cohort = employment()
    data = effect_data(outcome, cohort)
    starts = tuple(int(start) for start in np.unique(cohort[cohort >= 0]))
    windows = [build_window(start, data, all_post=True) for start in starts]
    matrix = functionals.scalar_matrix(outcome, windows, functionals.last_base)
    label = np.searchsorted(starts, cohort) + 1
    found = group_average(matrix, Cohorts(np.where(cohort == NEVER, 0, label), starts))
    assert found.estimate == pytest.approx(-0.0310182822287484, rel=PRINTED)
    assert found.std_error == pytest.approx(0.0124460593209979, rel=PRINTED)


def test_the_reference_event_time_is_the_last_before_the_start() -> None:
    found = group_time_att(*employment())
    assert found is not None
    reference = next(event for event in found.event_study if event.event_time == -1)
    assert (reference.estimate, reference.std_error) == (0.0, None)
    assert found.simple == pytest.approx(-0.0399512751551763, rel=PRINTED)


def test_synthetic_did_on_proposition_99() -> None:
    found = proposition_99()
    assert found.method == "synthetic_did"
    assert found.estimate == pytest.approx(-15.6038, abs=1e-3)
    assert found.std_error is not None
    assert 8 < found.std_error < 11
    assert (found.exposed_count, found.comparison_count) == (1, 38)
    assert (found.pre_count, found.post_count) == (19, 12)


def test_beside_it_synthetic_control_and_difference_in_differences() -> None:
    """The three estimates of Arkhangelsky et al. (2021), table 1: -15.6, -19.6 and -27.3."""
    others = {one.name: one.estimate for one in proposition_99().alternatives}
    assert others["synthetic_control"] == pytest.approx(-19.6, abs=0.05)
    assert others["difference_in_differences"] == pytest.approx(-27.3, abs=0.05)


def test_synthetic_did_agrees_with_diff_diff() -> None:
    data = california()
    rows, periods = np.indices(data.outcome.shape)
    table = pd.DataFrame(
        {
            "unit": rows.ravel(),
            "time": periods.ravel(),
            "y": data.outcome.ravel(),
            "exposed": (data.cohort >= 0).astype(int)[rows.ravel()],
        }
    )
    oracle = SyntheticDiD(n_bootstrap=2, seed=1).fit(
        table, "y", "exposed", "unit", "time", post_periods=list(range(19, 31))
    )
    assert proposition_99().estimate == pytest.approx(float(oracle.att), abs=1e-9)


def test_one_of_39_states_cannot_reach_five_percent() -> None:
    placebo = proposition_99().permutations[0]
    assert placebo.smallest_p == pytest.approx(1 / 39)
    assert placebo.p_improves == pytest.approx(1 / 39)
    assert 2 * placebo.smallest_p > 0.05


def test_the_supported_work_experiment() -> None:
    table = pd.read_csv(DATA / "nsw.csv")
    cohort = np.where(table["treat"] == 1, 0, NEVER)
    found = estimated(effect_data(table[["re78"]].to_numpy(float), cohort), "randomised")
    assert found.estimate == pytest.approx(1794.34, abs=0.005)
    assert (found.exposed_count, found.comparison_count) == (185, 260)


def hiv_incentives() -> EffectData:
    """One row per person: village, arm and whether the result was collected."""
    exposure = pd.read_csv(STUDIES / "hiv_incentives" / "exposure.csv", dtype=str)
    outcome = pd.read_csv(STUDIES / "hiv_incentives" / "outcome.csv", dtype={"unit_id": str})
    value = outcome.set_index("unit_id")["value"].reindex(exposure["unit_id"]).to_numpy(float)
    block = pd.factorize(exposure["block_id"], use_na_sentinel=False)[0].astype(np.int64)
    cohort = np.where(exposure["dose"].astype(float) > 0, 0, NEVER)
    return effect_data(value[:, None], cohort, block=block)


@cache
def collected_results() -> Estimation:
    return estimated(hiv_incentives(), "randomised")


def test_incentives_for_collecting_a_result() -> None:
    data = hiv_incentives()
    found = collected_results()
    without = float(np.nanmean(data.outcome[data.cohort == NEVER]))
    assert without == pytest.approx(0.339, abs=5e-4)
    assert without + found.estimate == pytest.approx(0.789, abs=5e-4)
    assert found.estimate == pytest.approx(0.451, abs=5e-4)
    assert found.missing_share == pytest.approx(56 / 679)


def test_incentives_survive_the_worst_case_of_the_missing() -> None:
    found = collected_results()
    others = {one.name: one.estimate for one in found.alternatives}
    with_incentive, without = 2222, 679
    collected, collected_without = 0.7892 * 2211, 211
    lowest = collected / with_incentive - (collected_without + 56) / without
    highest = (collected + 11) / with_incentive - collected_without / without
    assert others["worst_case_low"] == pytest.approx(lowest, abs=1e-3)
    assert others["worst_case_high"] == pytest.approx(highest, abs=1e-3)
    assert next(d for d in found.diagnostics if d.name == "worst_case").status == "PASS"
