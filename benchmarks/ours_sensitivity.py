"""Our relative-magnitudes interval (C-LF hybrid) for one M̄ on the Medicaid panel."""

import time
from pathlib import Path

from benchmarks.answer import Answer
from benchmarks.sensitivity import medicaid_case
from impact.honest_did import EventStudy, relative_magnitudes

REPEATS = 20


def medicaid(folder: Path) -> Answer:
    """CPU seconds of one interval, on average after a first one."""
    del folder
    case = medicaid_case()
    study = EventStudy(case.estimate, case.covariance, case.pre_count, case.weight)
    found = relative_magnitudes(study, case.m_bar)
    begun = time.process_time()
    for _ in range(REPEATS):
        relative_magnitudes(study, case.m_bar)
    spent = (time.process_time() - begun) / REPEATS
    return Answer(spent, ci_low=found.ci_low, ci_high=found.ci_high)
