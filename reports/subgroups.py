"""Effects by subgroup: a table of the levels, and sentences on how they differ."""

from reports.names import clean, human, inside, shorten
from reports.numbers import decimals_for, display_unit, fixed, measured, number, p_value, percent
from reports.phrases import VERDICT_WORDS
from reports.sentences import deciding_range, estimate_phrase, short_reason
from reports.tables import Cell, Table
from schemas.findings import Effect, Findings, SubgroupGap

DASH = "\u2013"


def subgroup_effects(findings: Findings) -> list[Effect]:
    """Effects on a part of the patients, in plan order."""
    return [effect for effect in findings.effects if effect.subgroup_id != "all"]


def subgroup_table(findings: Findings) -> Table | None:
    """One row per effect and level; None where the plan asks for no subgroup."""
    effects = subgroup_effects(findings)
    if not effects:
        return None
    return Table(
        table_id="subgroup-table",
        caption="Effects by subgroup (exploratory)",
        header=(
            "Initiative and outcome",
            "Group",
            "Finding",
            "Effect (95% range)",
            "Exposed, before and after",
            "Comparison, before and after",
            "Hidden cells",
        ),
        rows=tuple(_row(effect) for effect in effects),
        record_header=(
            "effect_id",
            "subgroup_id",
            "dimension",
            "level",
            "verdict",
            "reasons",
            "certainty",
            "estimate",
            "range_low",
            "range_high",
            "p_value",
            "unit",
            "exposed_before",
            "exposed_after",
            "comparison_before",
            "comparison_after",
            "suppressed_share",
        ),
        records=tuple(_record(effect) for effect in effects),
    )


def gap_sentences(findings: Findings) -> list[str]:
    """For each effect and dimension: does the effect differ, and how far apart are the levels."""
    return [
        f"{_subject(effect)}: {_test(effect, gap)}{_gap(effect, gap)}"
        for effect in findings.effects
        for gap in effect.gaps
    ]


def _subject(effect: Effect) -> str:
    name, outcome = shorten(effect.initiative_name, 10), shorten(inside(effect.measure_name), 10)
    return f"{name}, {outcome}"


def _test(effect: Effect, gap: SubgroupGap) -> str:
    dimension = human(gap.dimension)
    if gap.p_value is None or gap.difference is None:
        return f"whether the effect differs by {dimension} could not be tested."
    chance = f"p {p_value(gap.p_value)}"
    threshold = _threshold(effect, gap)
    if threshold is None or gap.p_value >= threshold:
        return f"no difference by {dimension} could be seen ({chance})."
    apart = measured(gap.difference, effect.unit_label)
    return (
        f"the effect differs by {dimension} ({chance}): {apart} for {human(gap.apart or '')} "
        "beside the others."
    )


def _threshold(effect: Effect, gap: SubgroupGap) -> float | None:
    name = f"interaction.{gap.dimension}"
    return next((test.threshold for test in effect.diagnostics if test.name == name), None)


def _gap(effect: Effect, gap: SubgroupGap) -> str:
    said = []
    for arm, before, after in (
        ("exposed", gap.gap.exposed_before, gap.gap.exposed_after),
        ("comparison", gap.gap.comparison_before, gap.gap.comparison_after),
    ):
        if after is not None:
            was = "" if before is None else f"{_amount(before, effect)} before and "
            label = display_unit(effect.unit_label).label
            said.append(f"{was}{_amount(after, effect)} {label} after in {arm} units")
    return f" Gap between groups: {'; '.join(said)}." if said else ""


def _amount(value: float, effect: Effect) -> str:
    return number(value * display_unit(effect.unit_label).factor)


def _row(effect: Effect) -> tuple[str, ...]:
    part = effect.part
    is_hidden = effect.estimate is None and part.suppressed_share == 1.0
    reason = "every cell is too small to be shown" if is_hidden else short_reason(effect)
    word = VERDICT_WORDS[effect.verdict]
    group = f"{human(part.dimension)}: {human(part.level)}" if part.level else ""
    figures = "no estimate" if effect.estimate is None else estimate_phrase(effect)
    means, share = part.means, part.suppressed_share
    return (
        _subject(effect),
        group or clean(effect.subgroup_id),
        f"{word}: {reason}" if reason else word,
        figures,
        _change(means.exposed_before, means.exposed_after),
        _change(means.comparison_before, means.comparison_after),
        DASH if share is None else percent(share),
    )


def _change(before: float | None, after: float | None) -> str:
    """Means in the measure's own unit, written alike."""
    if before is None and after is None:
        return DASH
    decimals = decimals_for([before, after])
    told = [DASH if value is None else fixed(value, decimals) for value in (before, after)]
    return " \u2192 ".join(told)


def _record(effect: Effect) -> tuple[Cell, ...]:
    low, high = deciding_range(effect) or (None, None)
    part = effect.part
    return (
        effect.effect_id,
        effect.subgroup_id,
        part.dimension,
        part.level,
        effect.verdict,
        " ".join(effect.reasons),
        effect.certainty,
        effect.estimate,
        low,
        high,
        effect.p_value,
        effect.unit_label,
        part.means.exposed_before,
        part.means.exposed_after,
        part.means.comparison_before,
        part.means.comparison_after,
        part.suppressed_share,
    )
