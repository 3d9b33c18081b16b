"""The line that says which tables an indicator's chart is made from."""

from reports.names import human, listed
from reports.numbers import long_date
from schemas.findings import Findings
from schemas.indicators import INDICATORS


def source_line(findings: Findings, *indicator_ids: str) -> str:
    """Tables and window."""
    tables = [name for each in indicator_ids for name in INDICATORS[each].tables]
    named = listed([human(name) for name in dict.fromkeys(tables)])
    return f"Source: {named}, {window(findings)}."


def window(findings: Findings) -> str:
    """First and last day of the study."""
    return f"{long_date(findings.window_start)} to {long_date(findings.window_end)}"
