"""Names of plain arrays, apart from the model so that they cost nothing to import."""

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

NEVER = -1
"""The cohort of a unit that is never exposed in the panel."""
