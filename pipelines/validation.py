"""What `advocacy validate` prints."""

from intake.validate import ValidationReport

SHOWN_PROBLEMS = 10


def validation_lines(report: ValidationReport) -> list[str]:
    """Accounts, mapping and the first problems, as a person reads them."""
    lines = [
        f"{row.source_file} -> {row.table}: {row.read:,} read, {row.accepted:,} accepted, "
        f"{row.quarantined:,} quarantined, {row.superseded:,} superseded, "
        f"{row.out_of_window:,} out of window"
        for row in report.tables
    ]
    lines += [str(problem) for problem in report.problems[:SHOWN_PROBLEMS]]
    more = len(report.problems) - SHOWN_PROBLEMS
    if more > 0:
        lines.append(f"... and {more} more; --json lists them all.")
    return [*lines, "No problem found." if not report.problems else "Nothing was written."]
