"""Make `tests/golden/data/relative_magnitudes.json`: intervals of moderndid's C-LF hybrid.

Run once, from the root of the repository, in an environment of its own with
`moderndid[didhonest]==0.2.0`; some minutes. The result is committed, so that the tests need
neither moderndid nor the time:

    python -m tests.golden.make_oracle_intervals

moderndid 0.2.0 leaves the earliest pre-period change out of the largest one, where the paper
and the authors' R package take all of them. Its test is therefore called once per change and
sign with the paper's inequalities; `as_shipped` keeps what its own function gives.
"""

import json
import sys
import time
import warnings
from pathlib import Path

import numpy as np
from moderndid.didhonest.arp_nuisance import compute_arp_nuisance_ci
from moderndid.didhonest.delta.rm.rm import compute_conditional_cs_rm

FIXTURE = Path(__file__).parent / "data" / "relative_magnitudes.json"
POINTS = 1_000


def differences(size: int, before: int) -> np.ndarray:
    """Matrix of the changes from period to period; the reference period is 0."""
    full = np.insert(np.eye(size), before, 0.0, axis=0)
    return np.diff(full, axis=0)


def inequalities(size: int, before: int, m_bar: float, change: int, sign: int) -> np.ndarray:
    """Rows of A in A delta <= 0: later changes within M times one earlier change."""
    step = differences(size, before)
    limit = m_bar * sign * step[change]
    return np.vstack([step[before:] - limit, -step[before:] - limit])


def accepted(case: dict, grid: np.ndarray) -> tuple[np.ndarray, list[float]]:
    """Which effects moderndid's test keeps, for any sign and earlier change.

    Also its simulated first-stage critical values, in that order.
    """
    estimate, covariance = np.array(case["estimate"]), np.array(case["covariance"])
    before, weight = case["pre_count"], np.array(case["weight"])
    kept, critical = np.zeros(len(grid), dtype=bool), []
    for sign in (1, -1):
        for change in range(before):
            first_stage = {"hybrid_kappa": 0.005}
            rows = inequalities(len(estimate), before, case["m_bar"], change, sign)
            found = compute_arp_nuisance_ci(
                betahat=estimate,
                sigma=covariance,
                l_vec=weight,
                a_matrix=rows,
                d_vec=np.zeros(len(rows)),
                num_pre_periods=before,
                num_post_periods=len(weight),
                alpha=0.05,
                hybrid_flag="LF",
                hybrid_list=first_stage,
                grid_lb=grid[0],
                grid_ub=grid[-1],
                grid_points=len(grid),
            )
            kept |= found.accept_grid[:, 1] == 1
            critical.append(float(first_stage["lf_cv"]))
    return kept, critical


def solve(case: dict) -> dict:
    """Add moderndid's interval, its grid step and the seconds of CPU that it took."""
    estimate, covariance = np.array(case["estimate"]), np.array(case["covariance"])
    before, weight = case["pre_count"], np.array(case["weight"])
    shape = {"num_pre_periods": before, "num_post_periods": len(weight), "l_vec": weight}
    start = time.process_time()
    shipped = compute_conditional_cs_rm(
        betahat=estimate, sigma=covariance, m_bar=case["m_bar"], grid_points=POINTS, **shape
    )
    seconds = time.process_time() - start
    grid = shipped["grid"]
    own = grid[shipped["accept"] == 1]
    kept, critical = accepted(case, grid)
    every = grid[kept]
    return case | {
        "as_shipped": [float(own.min()), float(own.max())],
        "interval": [float(every.min()), float(every.max())],
        "critical": critical,
        "step": float(grid[1] - grid[0]),
        "cpu_seconds": round(seconds, 1),
    }


def main() -> None:
    """Solve every case that the file names, again."""
    warnings.simplefilter("ignore")
    cases = json.loads(FIXTURE.read_text())
    solved = []
    for case in cases:
        solved.append(solve(case))
        sys.stderr.write(f"{solved[-1]['name']}: {solved[-1]['cpu_seconds']} s\n")
    FIXTURE.write_text("[\n" + ",\n".join(json.dumps(case) for case in solved) + "\n]\n")


if __name__ == "__main__":
    main()
