"""moderndid: its relative-magnitudes interval (C-LF hybrid) for one M̄ on the Medicaid panel."""

import time
from pathlib import Path

from moderndid.didhonest.delta.rm.rm import compute_conditional_cs_rm

from benchmarks.answer import Answer
from benchmarks.sensitivity import medicaid_case

POINTS = 1_000


def medicaid(folder: Path) -> Answer:
    """As it ships, on a grid of 1,000 points."""
    del folder
    case = medicaid_case()
    begun = time.process_time()
    found = compute_conditional_cs_rm(
        betahat=case.estimate,
        sigma=case.covariance,
        m_bar=case.m_bar,
        grid_points=POINTS,
        num_pre_periods=case.pre_count,
        num_post_periods=len(case.weight),
        l_vec=case.weight,
    )
    spent = time.process_time() - begun
    kept = found["grid"][found["accept"] == 1]
    return Answer(spent, ci_low=float(kept.min()), ci_high=float(kept.max()))
