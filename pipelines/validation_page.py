"""The problems of a study as one page: no script, no network, everything escaped."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from intake.validate import ValidationReport
from pipelines.validation_text import sources_of

TEMPLATES = Path(__file__).parent / "templates"
OUTCOMES = {
    "REJECT_FILE": "stops a run",
    "QUARANTINE_ROW": "set aside",
    "SUPERSEDED": "not needed",
    "OUT_OF_WINDOW": "not counted",
    "WARN": "warning",
}
SHOWN_ROWS = 50


def problems_page(report: ValidationReport, study: str) -> str:
    """The page; no cell of the data is on it."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("problems.html").render(
        report=report,
        study=study,
        sources=sources_of(report),
        proposals=list((report.mapping.proposals or {}).values()),
        outcomes=OUTCOMES,
        shown_rows=SHOWN_ROWS,
    )
