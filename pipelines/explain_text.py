"""What `advocacy explain` prints."""

import json
import textwrap
from collections.abc import Iterator

from pipelines.explain import Explained, explained_json
from schemas.findings import Effect, Indicator, Interval

SHOWN = 12
WIDTH = 98


def explained_text(explained: Explained, *, as_json: bool) -> str:
    """The number and what is behind it, for a person or as JSON."""
    if as_json:
        return json.dumps(explained_json(explained), ensure_ascii=False)
    return "\n".join(_lines(explained))


def _lines(explained: Explained) -> Iterator[str]:
    first = explained.rows[0]
    wanted = first.effect_id if isinstance(first, Effect) else first.indicator_id
    yield f"{explained.study_id}: {wanted}, {explained.name}"
    yield from _wrapped("what", explained.definition)
    yield from _wrapped("how", explained.formula)
    for row in explained.rows[:SHOWN]:
        yield from _effect_lines(row) if isinstance(row, Effect) else [_indicator_line(row)]
    if len(explained.rows) > SHOWN:
        yield f"  ... and {len(explained.rows) - SHOWN} more rows: --json"
    yield from _inputs(explained)
    for sentence in explained.assumptions:
        yield from _wrapped("assumes", sentence)
    yield "  rows (with open_results of pipelines.results, .sql(...)):"
    for query in explained.sql:
        yield textwrap.indent(query + ";", "    ")


def _wrapped(label: str, text: str) -> list[str]:
    head = f"  {label}: "
    return textwrap.wrap(text, WIDTH, initial_indent=head, subsequent_indent="    ")


def _inputs(explained: Explained) -> Iterator[str]:
    for given in explained.inputs:
        yield (
            f"  input: {given.table} from {given.source_file}: {_rows(given.read)} read, "
            f"{given.accepted:,} accepted, {given.quarantined:,} quarantined, "
            f"{given.superseded:,} superseded, {given.out_of_window:,} out of window"
        )
    if not explained.inputs:
        yield "  input: none of the tables it needs has a source"


def _rows(count: int) -> str:
    return f"{count:,} {'row' if count == 1 else 'rows'}"


def _indicator_line(row: Indicator) -> str:
    at = ", ".join(f"{name} {value}" for name, value in row.by.items())
    head = f"  {at or 'overall'}: "
    if row.value is None:
        return f"{head}not evaluated: {row.reason}"
    parts = ""
    if row.numerator is not None and row.denominator is not None:
        parts = f" = {_number(row.numerator)} / {_number(row.denominator)}"
    counted = "" if row.n is None else f", n {row.n:,}"
    return f"{head}{_number(row.value)} {row.unit}{parts}{counted}{_range(row.ci_low, row.ci_high)}"


def _effect_lines(effect: Effect) -> Iterator[str]:
    who = "everyone" if effect.subgroup_id == "all" else effect.subgroup_id
    if effect.estimate is None:
        yield f"  {who}: no estimate -> {effect.verdict}"
    else:
        yield (
            f"  {who}: {effect.estimate:+.5g} {effect.unit_label}"
            f"{_range(effect.ci_low, effect.ci_high)} -> {effect.verdict}"
        )
    yield (
        f"    n: {effect.exposed_count} exposed and {effect.comparison_count} comparison clusters, "
        f"{effect.period_count} periods"
    )
    yield f"    certainty: {effect.certainty or 'none: not evaluable'}{_caps(effect)}"
    if effect.reasons:
        yield f"    reasons: {', '.join(effect.reasons)}"
    if effect.missing:
        yield f"    missing: {', '.join(effect.missing)}"
    yield from (f"    interval {_interval(one)}" for one in effect.intervals)


def _caps(effect: Effect) -> str:
    caps = ", ".join(f"at most {cap.cap} for {cap.why}" for cap in effect.certainty_caps)
    return f"; {caps}" if caps else ""


def _interval(one: Interval) -> str:
    if one.estimate is None:
        return f"{one.name}: {one.status}"
    return f"{one.name}: {one.estimate:+.5g}{_range(one.low95, one.high95)}, {one.status}"


def _range(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f" [{_number(low)} to {_number(high)}]"


def _number(value: float) -> str:
    if value == int(value) and abs(value) < 1e15:
        return f"{int(value):,}"
    return f"{value:,.2f}" if abs(value) >= 1000 else f"{value:.4g}"
