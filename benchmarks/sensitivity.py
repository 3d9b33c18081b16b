"""The event study that ours and moderndid's relative-magnitudes intervals are formed on."""

import json
from dataclasses import dataclass

import numpy as np

from benchmarks.run import ROOT
from impact.model import FloatArray

FIXTURE = ROOT / "tests" / "golden" / "data" / "relative_magnitudes.json"
NAME = "Medicaid, first year, M = 1"


@dataclass(frozen=True)
class SensitivityCase:
    """Coefficients (A + B,), their covariance, the A before exposure, and the weights (B,)."""

    estimate: FloatArray
    covariance: FloatArray
    pre_count: int
    weight: FloatArray
    m_bar: float


def medicaid_case() -> SensitivityCase:
    """Insured share by state, seven years around the expansion of 2014; the first year's effect."""
    cases = json.loads(FIXTURE.read_text(encoding="utf-8"))
    found = next(case for case in cases if case["name"] == NAME)
    return SensitivityCase(
        estimate=np.array(found["estimate"]),
        covariance=np.array(found["covariance"]),
        pre_count=found["pre_count"],
        weight=np.array(found["weight"]),
        m_bar=found["m_bar"],
    )
