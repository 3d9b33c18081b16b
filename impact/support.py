"""Whether the data can carry an estimate at all (gate G3)."""

import numpy as np

from impact.model import NEVER, EffectData, FloatArray, NotEvaluable
from impact.sample import Sample
from impact.windows import build_window
from schemas.vocabulary import Reason


def check_data(data: EffectData) -> NotEvaluable | None:
    """Look for what any design needs: outcomes, both arms, a period after the start."""
    length = data.outcome.shape[1]
    exposed = data.cohort != NEVER
    if not np.isfinite(data.outcome).any():
        return NotEvaluable(("NO_OUTCOME",))
    if not exposed.any():
        return NotEvaluable(("NO_EXPOSED",))
    if (data.cohort[exposed] >= length).all():
        return NotEvaluable(("NO_POST",))
    if len(np.unique(data.cohort)) == 1:
        return NotEvaluable(("NO_COMPARISON",))
    return None


def check_variation(outcome: FloatArray) -> NotEvaluable | None:
    """Refuse an outcome that is the same everywhere, to rounding."""
    seen = outcome[np.isfinite(outcome)]
    if np.ptp(seen) <= 1e-12 * np.abs(seen).max():
        return NotEvaluable(("NO_VARIATION",))
    return None


def check_arms(
    data: EffectData, sample: Sample, exposed: int, comparison: int, pre: int
) -> NotEvaluable | None:
    """Look for what a panel design needs: its fewest clusters per arm and pre-periods."""
    if not sample.windows:
        return NotEvaluable((_why_no_cohort(data),))
    if sample.comparison_count == 0:
        return NotEvaluable(("NO_COMPARISON",))
    if sample.pre_count < pre:
        return NotEvaluable(("TOO_FEW_PRE",))
    if sample.exposed_count < exposed or sample.comparison_count < comparison:
        return NotEvaluable(("TOO_FEW_UNITS",))
    return None


def _why_no_cohort(data: EffectData) -> Reason:
    starts = np.unique(data.cohort[data.cohort != NEVER])
    if len(starts) == 0:
        return "NO_EXPOSED"
    if starts.max() == 0:
        return "TOO_FEW_PRE"
    has_post = any(build_window(int(s), data, all_post=True).post.any() for s in starts if s)
    return "NO_OUTCOME" if has_post else "NO_POST"
