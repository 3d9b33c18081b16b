"""moderndid: the same effects with a simultaneous band from 999 multiplier draws."""

import time
from pathlib import Path

from moderndid import aggte, att_gt

from benchmarks.answer import Answer
from benchmarks.long import long_panel

DRAWS = 999


def arrays(folder: Path) -> Answer:
    """From the panel of arrays."""
    begun = time.process_time()
    fit = att_gt(
        data=long_panel(folder),
        yname="outcome",
        tname="period",
        idname="unit_id",
        gname="cohort",
        est_method="reg",
        base_period="universal",
        boot=True,
        biters=DRAWS,
        random_state=1,
    )
    aggte(fit, type="dynamic", boot=True, biters=DRAWS, random_state=1)
    simple = aggte(fit, type="simple", boot=False)
    spent = time.process_time() - begun
    return Answer(spent, float(simple.overall_att), float(simple.overall_se))
