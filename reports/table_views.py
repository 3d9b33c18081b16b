"""The tables of the report, each built from the findings."""

from reports.charts import BiasChart, EventChart, SpendChart, threshold_text, times
from reports.effect_charts import BIAS_WORDS
from reports.names import clean, human, shorten
from reports.numbers import (
    MINUS,
    count,
    decimals_for,
    decimals_for_column,
    display_unit,
    fixed,
    money,
    number,
    p_value,
)
from reports.phrases import (
    CHANCE_WORDS,
    COVARIATE_REASONS,
    METHOD_WORDS,
    PROPER_NAMES,
    SHORT_REASONS,
    STATUS_WORDS,
    VERDICT_WORDS,
)
from reports.sentences import (
    certainty_phrase,
    deciding_range,
    estimate_phrase,
    short_reason,
)
from reports.tables import Cell, Table
from schemas.findings import Diagnostic, Effect, Findings

DASH = "\u2013"
Row = tuple[str, ...]
Record = tuple[Cell, ...]


def summary_table(effects: list[Effect], table_id: str, caption: str) -> Table:
    """Summary of findings: one row per effect, in plan order."""
    return Table(
        table_id=table_id,
        caption=caption,
        header=(
            "Initiative",
            "Outcome",
            "Finding",
            "Effect (95% range)",
            "Worthwhile from",
            "Certainty",
            "Advocacy spend",
        ),
        rows=tuple(_summary_row(effect) for effect in effects),
        record_header=(
            "effect_id",
            "initiative",
            "outcome",
            "subgroup_id",
            "role",
            "method",
            "verdict",
            "reasons",
            "certainty",
            "estimate",
            "range_low",
            "range_high",
            "ci_low",
            "ci_high",
            "p_value",
            "unit",
            "smallest_worthwhile_effect",
            "exposed_count",
            "comparison_count",
            "spend",
            "currency",
        ),
        records=tuple(_summary_record(effect) for effect in effects),
        numeric=frozenset({6}),
    )


def event_table(chart: EventChart, index: int) -> Table:
    """The points of an event study, in display units."""
    decimals = decimals_for(
        end for point in chart.points for end in (point.estimate, point.low, point.high)
    )
    rows = tuple(
        (
            _signed_time(point.event_time),
            fixed(point.estimate, decimals, signed=True),
            _bounds(point.low, point.high, decimals),
        )
        for point in chart.points
    )
    return Table(
        table_id=f"event-table-{index}",
        caption=f"Effect by time since the start ({chart.y_title})",
        header=(chart.x_title, "Effect", "95% interval"),
        rows=rows,
        record_header=("event_time", "estimate", "ci_low", "ci_high", "unit"),
        records=tuple(
            (point.event_time, point.estimate, point.low, point.high, chart.y_title)
            for point in chart.points
        ),
        is_slim=True,
        numeric=frozenset({1, 2}),
    )


def bias_table(chart: BiasChart, index: int) -> Table:
    """The ways of removing bias, in display units."""
    decimals = decimals_for_column(
        [row.estimate for row in chart.rows],
        [end for row in chart.rows for end in (row.low, row.high)],
    )
    return Table(
        table_id=f"bias-table-{index}",
        caption=f"Ways of removing bias ({chart.axis_title})",
        header=("Way", "Removes", "Effect", "Range", "Result"),
        rows=tuple(
            (
                row.label,
                row.removes,
                DASH if row.estimate is None else fixed(row.estimate, decimals, signed=True),
                _bounds(row.low, row.high, decimals),
                BIAS_WORDS[row.state],
            )
            for row in chart.rows
        ),
        record_header=("way", "removes", "estimate", "low", "high", "result"),
        records=tuple(
            (row.label, row.removes, row.estimate, row.low, row.high, BIAS_WORDS[row.state])
            for row in chart.rows
        ),
        numeric=frozenset({2, 3}),
    )


def spend_table(chart: SpendChart, findings: Findings) -> Table:
    """Spend by kind; there is no total row, since the kinds are not one thing."""
    return Table(
        table_id="spend-table",
        caption="Spend by kind; the kinds are never added",
        header=("Kind", "Spend"),
        rows=tuple((bar.label, bar.figures) for bar in chart.bars),
        record_header=("kind", "spend", "currency"),
        records=tuple((bar.label, bar.amount, findings.currency) for bar in chart.bars),
        numeric=frozenset({1}),
    )


def diagnostic_table(effect: Effect, index: int) -> Table | None:
    """Tests of assumptions, None where there are none."""
    if not effect.diagnostics:
        return None
    return Table(
        table_id=f"diagnostic-table-{index}",
        caption="Tests of assumptions",
        header=("Test", "Result", "Value", "Threshold"),
        rows=tuple(
            (
                _proper(test.name),
                _result(test),
                _known(test.value),
                _known(test.threshold),
            )
            for test in effect.diagnostics
        ),
        record_header=("test", "result", "value", "threshold"),
        records=tuple(
            (test.name, test.status, test.value, test.threshold) for test in effect.diagnostics
        ),
        numeric=frozenset({2, 3}),
    )


def _proper(identifier: str) -> str:
    """The name of a test or an estimator."""
    return PROPER_NAMES.get(identifier, human(identifier).capitalize())


def _result(test: Diagnostic) -> str:
    """A p value that is not small is no failed assumption, and is not called one."""
    words = CHANCE_WORDS if test.name.startswith("randomisation_p") else STATUS_WORDS
    if test.reason is None:
        return words[test.status]
    reason = COVARIATE_REASONS.get(test.reason, SHORT_REASONS[test.reason])
    return f"{words[test.status]}: {reason}"


def alternative_table(effect: Effect, index: int) -> Table | None:
    """Other estimators' answers, None where there are none."""
    if not effect.alternatives:
        return None
    unit = display_unit(effect.unit_label)
    return Table(
        table_id=f"alternative-table-{index}",
        caption=f"Other estimators, same question ({shorten(unit.label, 8, 44)})",
        header=("Estimator", "Effect", "Standard error"),
        rows=tuple(
            (
                _proper(other.name),
                _known(times(other.estimate, unit.factor), signed=True),
                _known(times(other.std_error, unit.factor)),
            )
            for other in effect.alternatives
        ),
        record_header=("estimator", "estimate", "std_error", "unit"),
        records=tuple(
            (other.name, other.estimate, other.std_error, effect.unit_label)
            for other in effect.alternatives
        ),
        numeric=frozenset({1, 2}),
    )


def account_table(findings: Findings) -> Table:
    """Every row that was read, and where it went."""
    return Table(
        table_id="account-table",
        caption="Rows read and what became of them",
        header=("Table", "File", "Read", "Accepted", "Quarantined", "Superseded", "Out of window"),
        rows=tuple(
            (
                human(row.table),
                clean(row.source_file),
                f"{row.read:,}",
                f"{row.accepted:,}",
                f"{row.quarantined:,}",
                f"{row.superseded:,}",
                f"{row.out_of_window:,}",
            )
            for row in findings.row_accounts
        ),
        record_header=(
            "table",
            "source_file",
            "read",
            "accepted",
            "quarantined",
            "superseded",
            "out_of_window",
        ),
        records=tuple(
            (
                row.table,
                row.source_file,
                row.read,
                row.accepted,
                row.quarantined,
                row.superseded,
                row.out_of_window,
            )
            for row in findings.row_accounts
        ),
        numeric=frozenset({2, 3, 4, 5, 6}),
    )


def input_table(findings: Findings) -> Table:
    """Input files with their digests."""
    inputs = findings.provenance.inputs
    return Table(
        table_id="input-table",
        caption="Input files and their digests",
        header=("File", "SHA-256"),
        rows=tuple((clean(file.path), file.sha256) for file in inputs),
        record_header=("path", "sha256"),
        records=tuple((file.path, file.sha256) for file in inputs),
    )


def _summary_row(effect: Effect) -> Row:
    reason = short_reason(effect)
    word = VERDICT_WORDS[effect.verdict]
    spend = effect.cost.spend
    return (
        shorten(effect.initiative_name, 20, 120),
        _outcome(effect),
        f"{word}: {reason}" if reason else word,
        _effect_cell(effect),
        threshold_text(effect),
        certainty_phrase(effect.certainty),
        DASH if spend is None else money(spend, effect.cost.currency),
    )


def _outcome(effect: Effect) -> str:
    name = shorten(effect.measure_name, 20, 120)
    better = "higher" if effect.direction == "higher_better" else "lower"
    part = "" if effect.subgroup_id == "all" else f", {human(effect.subgroup_id)}"
    return f"{name}{part} ({better} is better)"


def _effect_cell(effect: Effect) -> str:
    if effect.estimate is None:
        return "no estimate"
    text = estimate_phrase(effect)
    return text if deciding_range(effect) else f"{text} (no range claimed)"


def _summary_record(effect: Effect) -> Record:
    low, high = deciding_range(effect) or (None, None)
    return (
        effect.effect_id,
        effect.initiative_name,
        effect.measure_name,
        effect.subgroup_id,
        effect.role,
        effect.method,
        effect.verdict,
        " ".join(effect.reasons),
        effect.certainty,
        effect.estimate,
        low,
        high,
        effect.ci_low,
        effect.ci_high,
        effect.p_value,
        effect.unit_label,
        effect.smallest_worthwhile_effect,
        effect.exposed_count,
        effect.comparison_count,
        effect.cost.spend,
        effect.cost.currency,
    )


def facts_of(effect: Effect) -> list[tuple[str, str]]:
    """Method, size and p of an effect, as terms and descriptions."""
    facts = [
        ("Method", METHOD_WORDS[effect.method] if effect.method else "none could be used"),
        ("Exposed", count(effect.exposed_count, "unit")),
        ("Comparison", count(effect.comparison_count, "unit")),
        ("Periods before and after", f"{effect.period_count:,}"),
        ("Smallest worthwhile effect", threshold_text(effect)),
    ]
    if effect.p_value is not None:
        facts.append(("Two-sided p, Holm-adjusted", p_value(effect.p_value)))
    return facts


def _signed_time(event_time: int) -> str:
    return f"{MINUS}{-event_time}" if event_time < 0 else str(event_time)


def _bounds(low: float | None, high: float | None, decimals: int) -> str:
    if low is None or high is None:
        return "none claimed"
    return f"{fixed(low, decimals)} to {fixed(high, decimals)}"


def _known(value: float | None, *, signed: bool = False) -> str:
    return DASH if value is None else number(value, signed=signed)
