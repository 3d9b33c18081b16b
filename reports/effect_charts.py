"""Chart models of one effect: its path over time, and which bias would break it."""

from reports.charts import BiasChart, BiasRow, BiasState, ChartText, EventChart, EventPoint, times
from reports.names import inside, listed, shorten
from reports.numbers import count, display_unit, fixed, number
from reports.palette import VERDICT_COLOURS
from reports.phrases import INTERVAL_WORDS
from reports.sentences import estimate_decimals, evidence_sentence
from schemas.findings import Effect, Interval

BIAS_WORDS: dict[BiasState, str] = {
    "stands": "stands",
    "breaks": "does not stand",
    "no_interval": "no interval claimed",
    "not_evaluated": "not evaluated",
    "not_applicable": "not applicable",
}


def build_event_study(effect: Effect, index: int, period: str) -> EventChart | None:
    """Effect by event time, None where there is one period or no path."""
    if not effect.event_study:
        return None
    unit = display_unit(effect.unit_label)
    points = tuple(
        EventPoint(
            row.event_time,
            row.estimate * unit.factor,
            times(row.ci_low, unit.factor),
            times(row.ci_high, unit.factor),
        )
        for row in sorted(effect.event_study, key=lambda row: row.event_time)
    )
    return EventChart(
        text=_event_text(effect, points, index, period),
        points=points,
        band=times(effect.smallest_worthwhile_effect, unit.factor),
        x_title=f"{period.capitalize()}s since the start",
        y_title=shorten(unit.label, 8, 44),
        is_higher_better=effect.direction == "higher_better",
        colour=VERDICT_COLOURS[effect.verdict],
    )


def build_bias(effect: Effect, index: int) -> BiasChart | None:
    """The small chart of R6, None where no way of removing bias was tried."""
    if not any(way.status in {"PASS", "FAIL"} for way in effect.intervals):
        return None
    unit = display_unit(effect.unit_label)
    rows = tuple(_bias_row(way, effect, unit.factor) for way in effect.intervals)
    words = bias_words(effect)
    return BiasChart(
        text=ChartText(
            chart_id=f"bias-{index}",
            title=_bias_title(rows, effect),
            how_to_read=_bias_reading(effect),
            source=f"Source: {evidence_sentence(effect)}.",
            aria_label=f"Ways of removing bias. {_spoken(rows)}",
        ),
        rows=tuple(row for row in rows if row.state != "not_applicable"),
        band=times(effect.smallest_worthwhile_effect, unit.factor),
        axis_title=shorten(unit.label, 8, 44),
        is_higher_better=effect.direction == "higher_better",
        words=words,
        colour=VERDICT_COLOURS[effect.verdict],
    )


def bias_state(way: Interval, effect: Effect) -> BiasState:
    """Whether the finding is still there: outside zero on its own side, or inside the band."""
    if way.status == "NOT_APPLICABLE":
        return "not_applicable"
    if way.status == "NOT_EVALUATED" or way.estimate is None:
        return "not_evaluated"
    if effect.verdict == "no_meaningful_effect":
        return _inside_band(way, effect.smallest_worthwhile_effect)
    if way.low95 is None or way.high95 is None:
        return "no_interval"
    positive = (effect.estimate or 0.0) >= 0
    return "stands" if (way.low95 > 0 if positive else way.high95 < 0) else "breaks"


def bias_words(effect: Effect) -> str:
    """In words, which ways leave the finding standing, which do not, which were not tried."""
    said = []
    leads: tuple[tuple[BiasState, str], ...] = (
        ("stands", "It stands under"),
        ("breaks", "It does not stand under"),
        ("no_interval", "No interval is claimed for"),
        ("not_evaluated", "Not evaluated"),
        ("not_applicable", "Not applicable to this design"),
    )
    for state, lead in leads:
        named = [
            INTERVAL_WORDS[way.name][0].lower()
            for way in effect.intervals
            if bias_state(way, effect) == state
        ]
        if named:
            said.append(f"{lead}: {listed(named)}.")
    return " ".join(said)


def _inside_band(way: Interval, band: float | None) -> BiasState:
    if band is None or way.low90 is None or way.high90 is None:
        return "no_interval"
    return "stands" if -band < way.low90 and way.high90 < band else "breaks"


def _bias_row(way: Interval, effect: Effect, factor: float) -> BiasRow:
    label, removes = INTERVAL_WORDS[way.name]
    inside = effect.verdict == "no_meaningful_effect"
    return BiasRow(
        label=label,
        removes=removes,
        state=bias_state(way, effect),
        estimate=times(way.estimate, factor),
        low=times(way.low90 if inside else way.low95, factor),
        high=times(way.high90 if inside else way.high95, factor),
    )


def _spoken(rows: tuple[BiasRow, ...]) -> str:
    """The rows as a sentence, with their numbers."""
    said = []
    for row in rows:
        value = "" if row.estimate is None else f" {number(row.estimate, signed=True)}"
        known = row.low is not None and row.high is not None
        bounds = f" ({number(row.low or 0.0)} to {number(row.high or 0.0)})" if known else ""
        said.append(f"{row.label}:{value}{bounds} {BIAS_WORDS[row.state]}")
    return "; ".join(said) + "."


def _bias_title(rows: tuple[BiasRow, ...], effect: Effect) -> str:
    """Under how many ways it stands, and under which not where that is one of several."""
    tried = [row for row in rows if row.state in {"stands", "breaks"}]
    broken = [row for row in tried if row.state == "breaks"]
    if not tried:
        return "No way of removing bias gives an interval"
    subject = (
        "Little or no difference" if effect.verdict == "no_meaningful_effect" else "The effect"
    )
    if len(tried) == 1:
        others = {row.state for row in rows if row is not tried[0]}
        rest = (
            "no other way applies" if others <= {"not_applicable"} else "no other could be judged"
        )
        own = f"{subject} {BIAS_WORDS[tried[0].state]} with the {inside(tried[0].label)}"
        return f"{own}; {rest}"
    standing = len(tried) - len(broken)
    how_many = "all" if not broken else f"{standing} of" if standing else "none of"
    title = f"{subject} stands under {how_many} {len(tried)} ways of removing bias"
    if len(broken) == 1 and len(tried) > 2:
        title = f"{title}, but not with {inside(broken[0].label)}"
    untried = sum(row.state == "not_evaluated" for row in rows)
    return f"{title}; {untried} could not be evaluated" if untried else title


def _bias_reading(effect: Effect) -> str:
    if effect.verdict == "no_meaningful_effect":
        return f"{_line(90, effect)} It stands where the whole line lies inside the grey band."
    if all(way.low95 is None for way in effect.intervals):
        return "Hollow squares: estimates without an interval. Nothing stands on them alone."
    return f"{_line(95, effect)} The finding stands where the line keeps clear of zero."


def _line(level: int, effect: Effect) -> str:
    """What each line is; missing outcomes widen it."""
    widened = ", widened by what missing outcomes could hide" if effect.missing_share else ""
    return f"Each line is a {level}% range{widened}."


def _before_reading(effect: Effect, period: str) -> str:
    """What hollow points should look like: it depends on what every point is measured from."""
    if effect.method == "group_time_did":
        return (
            f"Every point, like the estimate, is measured from the mean of every {period} before "
            "the start. Hollow points should show no trend."
        )
    return "Hollow points before the start should lie near zero."


def _moved_before(effect: Effect, before: list[EventPoint], period: str) -> str:
    """Where outcomes moved before the start, how far at most; empty where they did not."""
    if "ANTICIPATION" not in effect.reasons or not before:
        return ""
    widest = max(before, key=lambda point: abs(point.estimate))
    label = shorten(display_unit(effect.unit_label).label, 8)
    apart = fixed(widest.estimate, estimate_decimals(effect), signed=True)
    when = count(-widest.event_time, period)
    return f"Outcomes moved before the start: {apart} {label}, {when} ahead of it"


def _clear_title(after: list[EventPoint], before: list[EventPoint], period: str) -> str:
    """In how many periods the interval is clear of zero; empty where there are no intervals."""
    if not any(point.low is not None for point in after):
        return ""
    said = f"Clear of zero in {_clear(after)} of {count(len(after), period)} after the start"
    return f"{said}, in {_clear(before)} of {len(before)} before it" if before else said


def _clear(points: list[EventPoint]) -> int:
    return sum((point.low or 0.0) > 0 or (point.high or 0.0) < 0 for point in points)


def _path_title(effect: Effect, shown: list[EventPoint], period: str) -> str:
    """The first and the last point, with the decimals of the estimate."""
    decimals = estimate_decimals(effect)
    first, last = (fixed(shown[end].estimate, decimals, signed=True) for end in (0, -1))
    label = shorten(display_unit(effect.unit_label).label, 8)
    when = "after" if shown[0].event_time >= 0 else "before"
    return f"{first} {label} in the first {period} {when} the start, {last} in the last"


def _event_text(
    effect: Effect, points: tuple[EventPoint, ...], index: int, period: str
) -> ChartText:
    after = [point for point in points if point.event_time >= 0]
    before = [point for point in points if point.event_time < 0]
    shown = after or before
    title = (
        _moved_before(effect, before, period)
        or _clear_title(after, before, period)
        or _path_title(effect, shown, period)
    )
    interval = (
        "Lines are 95% intervals of each point."
        if any(point.low is not None for point in points)
        else f"No interval is claimed from {count(effect.exposed_count, 'exposed unit')}."
    )
    aria = (
        f"Effect on {shorten(effect.measure_name)} by time since the start, "
        f"{count(len(before), period)} before and {count(len(after), period)} from the start on. "
        f"{title}."
    )
    return ChartText(
        chart_id=f"event-{index}",
        title=title,
        how_to_read=f"{_before_reading(effect, period)} {interval}",
        source=f"Source: {evidence_sentence(effect)}.",
        aria_label=aria,
    )
