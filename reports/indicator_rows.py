"""Indicators of the findings, looked up by id and by what they are split by."""

from reports.numbers import count, fixed, money, number, percent, percent_figures
from schemas.findings import Findings, Indicator

TOO_SMALL = "too small to be shown"


def rows_of(findings: Findings, indicator_id: str, *keys: str) -> list[Indicator]:
    """Rows split by exactly these keys, in the order of the findings."""
    return [
        row
        for row in findings.indicators
        if row.indicator_id == indicator_id and set(row.by) == set(keys)
    ]


def overall(findings: Findings, indicator_id: str, **by: str) -> Indicator | None:
    """The one row with this `by`, where it has a value."""
    for row in rows_of(findings, indicator_id, *by):
        if row.by == by and row.status == "OK" and row.value is not None:
            return row
    return None


def latest_retention(findings: Findings) -> Indicator | None:
    """Retention into the last year that has one."""
    known = [row for row in rows_of(findings, "q3.retention", "from_year", "year") if is_ok(row)]
    return max(known, key=lambda row: row.by["year"], default=None)


def is_ok(row: Indicator) -> bool:
    """Whether the row has a value."""
    return row.status == "OK" and row.value is not None


def has_one_payer(findings: Findings) -> bool:
    """A company's own log has one payer, and cannot say who else pays its partners."""
    payers = overall(findings, "q3.payers")
    return payers is not None and payers.value == 1


def shown(row: Indicator) -> str:
    """A share as a per cent, another value as a number, each with its interval."""
    if not is_ok(row) or row.value is None:
        return TOO_SMALL if "small" in (row.reason or "") else "not evaluated"
    if row.unit == "ratio":
        return ratio(row.value)
    if row.unit != "share":
        return number(row.value)
    return f"{percent(row.value)}{interval(row)}"


def ratio(value: float) -> str:
    """Two decimals, alike in every row; three figures where two would read as nothing."""
    return fixed(value, 2) if value == 0 or abs(value) >= 0.1 else number(value)


def interval(row: Indicator) -> str:
    """The 95 % interval of a share in brackets, empty where there is none."""
    if row.ci_low is None or row.ci_high is None:
        return ""
    return f" ({percent_figures(row.ci_low)} to {percent_figures(row.ci_high)})"


def basis(row: Indicator, currency: str) -> str:
    """What the value was made from: counts, sums of money, or how many."""
    top, bottom = row.numerator, row.denominator
    if not is_ok(row) or top is None or bottom is None:
        return "" if row.n is None else f"n {row.n:,}"
    if row.unit == "share" and row.ci_low is None:
        return f"{money(top, currency)} of {money(bottom, currency)}"
    if row.unit == "share":
        return f"{round(top):,} of {round(bottom):,}"
    if row.unit == "ratio":
        return f"{percent(top)} against {percent(bottom)}"
    return f"{money(top, currency)} for {count(round(bottom), 'person', 'persons')}"
