"""I5 and I6: the plain estimate without clusters that spillover or another program reached."""

from dataclasses import dataclass, replace

from impact import functionals
from impact.judged import Judged, judge_sample
from impact.model import NEVER, BoolArray, EffectData, Interval
from impact.sample import build_sample
from impact.windows import leave_out
from schemas.vocabulary import IntervalName

LEAST = 2
"""Clusters that an arm needs for a contrast."""


@dataclass(frozen=True)
class LeftOut:
    """What remains of the effect's sample, None where too little does; `name` is I5 or I6."""

    name: IntervalName
    applies: bool
    judged: Judged | None

    @property
    def smallest_arm(self) -> int | None:
        """Clusters of the smaller arm that remains."""
        if self.judged is None:
            return None
        compared = int(self.judged.cohorts.compared.any(axis=1).sum())
        return min(self.judged.sample.exposed_count, compared)

    def interval(self) -> Interval:
        """The plain contrast of what remains, with its own scale and missing share."""
        if not self.applies:
            return Interval(self.name, "NOT_APPLICABLE")
        found = self.judged.contrast(functionals.plain) if self.judged else None
        if found is None or self.judged is None:
            return Interval(self.name, "NOT_EVALUATED")
        return Interval(
            name=self.name,
            status="PASS",
            estimate=self.judged.sign * found.estimate,
            std_error=found.std_error,
            df=found.df,
            widening=self.judged.widening,
        )


def leave_both_out(
    data: EffectData, judged: Judged, *, all_post: bool = False, least: int = LEAST
) -> tuple[LeftOut, LeftOut]:
    """I5: comparison clusters next to an exposed one go. I6: clusters with other programs go.

    `data` are those `judged` was made from; `least` is the fewest exposed clusters that may
    remain.
    """
    never = data.cohort == NEVER
    near = None if data.is_near is None else data.is_near & never
    far = _remaining(data, judged, near, all_post, least)
    if near is not None and data.is_near is not None and far is not None:
        far = _without_role(far, (data.is_near & ~never)[~near])
    clean = _remaining(data, judged, data.is_shared, all_post, least)
    return (
        LeftOut("far_only", near is not None, far),
        LeftOut("clean", data.is_shared is not None, clean),
    )


def _remaining(
    data: EffectData, judged: Judged, mask: BoolArray | None, all_post: bool, least: int
) -> Judged | None:
    if mask is None:
        return None
    if not mask.any():
        return judged
    left = leave_out(replace(data, controls=None, covariates=None), mask)
    sample = build_sample(left, all_post=all_post)
    if sample.exposed_count < least or sample.comparison_count < LEAST:
        return None
    return judge_sample(sample, data.sign)


def _without_role(judged: Judged, kept_out: BoolArray) -> Judged:
    """Nobody is compared with the exposed clusters marked (of all that remain); their effect stays.

    They are next to one that was exposed before them.
    """
    marked = kept_out[judged.sample.rows]
    if judged.cohorts.waits is None or not marked.any():
        return judged
    return replace(judged, cohorts=replace(judged.cohorts, kept_out=marked))
