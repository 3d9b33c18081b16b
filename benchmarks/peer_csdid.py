"""csdid: the same effects with a simultaneous band from 999 multiplier draws."""

import time
from pathlib import Path

from csdid.att_gt import ATTgt

from benchmarks.answer import Answer
from benchmarks.long import long_panel

DRAWS = 999


def arrays(folder: Path) -> Answer:
    """From the panel of arrays."""
    begun = time.process_time()
    fit = ATTgt(
        yname="outcome",
        tname="period",
        idname="unit_id",
        gname="cohort",
        data=long_panel(folder),
        control_group=["nevertreated"],
        cband=True,
        biters=DRAWS,
    ).fit(est_method="reg", base_period="universal", bstrap=True)
    fit.aggte(typec="dynamic", bstrap=True, cband=True, biters=DRAWS)
    simple = fit.aggte(typec="simple", bstrap=False, cband=False).atte
    spent = time.process_time() - begun
    return Answer(spent, float(simple["overall_att"]), float(simple["overall_se"]))
