"""The line that says which tables an indicator's chart is made from."""

from reports.names import human, listed
from schemas.findings import Findings
from schemas.indicators import INDICATORS


def source_line(findings: Findings, *indicator_ids: str) -> str:
    """Tables and window."""
    tables = [name for each in indicator_ids for name in INDICATORS[each].tables]
    named = listed([human(name) for name in dict.fromkeys(tables)])
    return f"Source: {named}, {findings.window_start} to {findings.window_end}."
