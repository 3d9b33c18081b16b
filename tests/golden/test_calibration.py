"""Calibration gives back the OHDSI package's number (METHODS 5)."""

from pathlib import Path

import pandas as pd
import pytest

from impact.calibration import calibrate, fit_systematic_error

SCCS = Path(__file__).parents[3] / "shared" / "data" / "ohdsi_sccs.csv"
"""45 negative controls and one exposure of interest; kept beside the project, not in it."""


@pytest.mark.skipif(
    not SCCS.exists(), reason="shared/data/ohdsi_sccs.csv is not beside the project"
)
def test_calibrated_p_of_the_sccs_example() -> None:
    """0.83906 is the package's; its search for the maximum stops at about 1e-4."""
    table = pd.read_csv(SCCS)
    controls = table[table["groundTruth"] == 0]
    interest = table[table["groundTruth"] == 1].iloc[0]
    error = fit_systematic_error(controls["logRr"].to_numpy(), controls["seLogRr"].to_numpy())
    found = calibrate(float(interest["logRr"]), float(interest["seLogRr"]), error)
    assert error.count == 45
    assert found.p_value == pytest.approx(0.83906, abs=1e-4)
