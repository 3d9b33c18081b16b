"""Effects on few exposed clusters, many panels at once: only what a verdict is made from."""

from collections.abc import Sequence

from impact.few_exposed import deal_exposure
from impact.judged import Judged
from impact.model import EffectData, Estimation, NotEvaluable
from impact.synthetic_effect import decisive, judge_few
from impact.unit_fits import build_panel_of, fit_together
from impact.windows import with_comparison, within_panel
from schemas.thresholds import Thresholds


def estimate_together(
    data: Sequence[EffectData], thresholds: Thresholds
) -> list[Estimation | NotEvaluable]:
    """`estimate_synthetic` of every panel, without what is printed beside the verdict.

    For simulations: panels with the same arms are fitted together, whatever their order.
    """
    cuts = [with_comparison(within_panel(one), thresholds.synthetic_comparison) for one in data]
    found: list[Estimation | NotEvaluable] = []
    groups: dict[tuple[int, ...], list[tuple[int, Judged]]] = {}
    for position, cut in enumerate(cuts):
        judged = judge_few(cut, thresholds)
        found.append(judged if isinstance(judged, NotEvaluable) else NotEvaluable(()))
        if isinstance(judged, Judged):
            groups.setdefault(_arms(judged), []).append((position, judged))
    for members in groups.values():
        for position, made in _fitted(members, cuts, thresholds):
            found[position] = made
    return found


def _arms(judged: Judged) -> tuple[int, ...]:
    """Periods, starts and labels: panels in which these agree are fitted with the same masks."""
    return (judged.sample.outcome.shape[1], *judged.cohorts.starts, *judged.sample.label.tolist())


def _fitted(
    members: list[tuple[int, Judged]], cuts: Sequence[EffectData], thresholds: Thresholds
) -> list[tuple[int, Estimation]]:
    panels = [build_panel_of(judged) for _, judged in members]
    cohorts = range(len(members[0][1].sample.windows))
    fits = [fit_together(panels, cohort) for cohort in cohorts]
    made = []
    for number, (position, judged) in enumerate(members):
        cut = cuts[position]
        draws = deal_exposure(judged, thresholds, cut.seed)
        made.append(
            (position, decisive(cut, draws, tuple(one[number] for one in fits), thresholds))
        )
    return made
