"""I5 and I6: the plain estimate without clusters that spillover or another program reached."""

from dataclasses import dataclass

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
        return min(self.judged.sample.exposed_count, self.judged.sample.comparison_count)

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
    near = None if data.is_near is None else data.is_near & (data.cohort == NEVER)
    masks: tuple[tuple[IntervalName, BoolArray | None], ...] = (
        ("far_only", near),
        ("clean", data.is_shared),
    )
    made = [
        LeftOut(name, mask is not None, _remaining(data, judged, mask, all_post, least))
        for name, mask in masks
    ]
    return made[0], made[1]


def _remaining(
    data: EffectData, judged: Judged, mask: BoolArray | None, all_post: bool, least: int
) -> Judged | None:
    if mask is None:
        return None
    if not mask.any():
        return judged
    left = leave_out(data, mask)
    sample = build_sample(left, all_post=all_post)
    if sample.exposed_count < least or sample.comparison_count < LEAST:
        return None
    return judge_sample(sample, data.sign)
