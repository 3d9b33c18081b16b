"""What `advocacy validate` says: mapping, counts, problems; lines that a terminal may colour."""

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from intake.mapped import MappedColumn
from intake.problems import Problem
from intake.validate import ValidationReport
from schemas.findings import RowAccount

SHOWN_PROBLEMS = 10
SHOWN_NAMES = 8
STYLES = {"REJECT_FILE": "bold red", "QUARANTINE_ROW": "yellow", "WARN": "cyan"}
"""Colours of problems by what becomes of them; the others have none."""


@dataclass(frozen=True)
class Line:
    """One line and its style on a terminal."""

    text: str
    style: str = ""


@dataclass(frozen=True)
class SourceLine:
    """A source, what became of its columns in words, and its rows; null where a run would stop."""

    file: str
    table: str
    columns: str
    account: RowAccount | None


def validation_lines(report: ValidationReport, *, is_written: bool = False) -> list[Line]:
    """Every source with its columns and rows, proposals, and the first problems.

    What a cell says is shown on a terminal, where the analyst sits, and nowhere else.
    """
    with_values = sys.stdout.isatty()
    lines = [line for source in sources_of(report) for line in _source_lines(source)]
    lines += _proposal_lines(report)
    shown = report.problems[:SHOWN_PROBLEMS]
    lines += [_problem_line(report, problem, with_values=with_values) for problem in shown]
    more = len(report.problems) - SHOWN_PROBLEMS
    if more > 0:
        lines.append(Line(f"... and {more} more; --json or --out lists them all."))
    return [*lines, _closing(report, "" if is_written else " Nothing was written.")]


def print_lines(lines: Iterable[Line]) -> None:
    """Print lines: in colour on a terminal, unless NO_COLOR is set; as plain text elsewhere."""
    if os.environ.get("NO_COLOR") or not sys.stdout.isatty():
        print("\n".join(visible(line.text) for line in lines))
        return
    from rich.console import Console  # noqa: PLC0415 - costs 0.2 s, and only a terminal needs it
    from rich.text import Text  # noqa: PLC0415 - the same

    console = Console(highlight=False, soft_wrap=True)
    for line in lines:
        console.print(Text(visible(line.text), style=line.style))


def visible(text: str) -> str:
    """A text without characters that move the cursor or turn the direction of writing."""
    return "".join(char if char.isprintable() else "\ufffd" for char in text)


def sources_of(report: ValidationReport) -> list[SourceLine]:
    """Every source in the order in which they are read; those a run would refuse come last."""
    mapping = report.mapping
    columns = (*mapping.matched, *mapping.guessed, *mapping.ignored, *mapping.missing)
    accounts = {(account.source_file, account.table): account for account in report.tables}
    places = dict.fromkeys([*accounts, *((c.source_file, c.table) for c in columns)])
    return [SourceLine(*place, _columns(report, *place), accounts.get(place)) for place in places]


def _source_lines(source: SourceLine) -> Iterator[Line]:
    name, account = f"{source.file} -> {source.table}", source.account
    if account is None:
        yield Line(f"{name}: a run would refuse it", STYLES["REJECT_FILE"])
    else:
        yield Line(
            f"{name}: {account.read:,} read, {account.accepted:,} accepted, "
            f"{account.quarantined:,} quarantined, {account.superseded:,} superseded, "
            f"{account.out_of_window:,} out of window",
            "bold",
        )
    yield Line(f"  columns: {source.columns}")


def _columns(report: ValidationReport, file: str, table: str) -> str:
    mapping = report.mapping

    def here(columns: Iterable[MappedColumn]) -> list[MappedColumn]:
        return [c for c in columns if (c.source_file, c.table) == (file, table)]

    preset = (mapping.presets or {}).get((file, table))
    guessed = [f"{c.source_column} as {c.column}" for c in here(mapping.guessed)]
    ignored = [str(c.source_column) for c in here(mapping.ignored)]
    missing = [str(c.column) for c in here(mapping.missing)]
    parts = [f"{len(here(mapping.matched))} matched{f' by {preset}' if preset else ''}"]
    parts += [f"{len(guessed)} guessed ({_listed(guessed)})"] if guessed else []
    parts += [f"{len(ignored)} ignored ({_listed(ignored)})"] if ignored else []
    parts += [f"{len(missing)} missing ({_listed(missing)})"] if missing else []
    return ", ".join(parts)


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - SHOWN_NAMES} more" if len(names) > SHOWN_NAMES else ""
    return ", ".join(names[:SHOWN_NAMES]) + more


def _proposal_lines(report: ValidationReport) -> Iterator[Line]:
    proposals = (report.mapping.proposals or {}).values()
    if proposals:
        yield Line("Guesses are not applied. Check these lines, then put them into study.yaml:")
    for lines in proposals:
        yield from (Line(f"  {line}", "green") for line in lines)


def _problem_line(report: ValidationReport, problem: Problem, *, with_values: bool) -> Line:
    """The problem, and on a terminal what its first cell says."""
    place = (problem.source_file, problem.row or 0, problem.column or "")
    value = report.values.get(place) if with_values else None
    says = f"  (it says: {value})" if value else ""
    return Line(f"{problem}{says}", STYLES.get(problem.outcome, ""))


def _closing(report: ValidationReport, end: str) -> Line:
    if not report.problems:
        return Line(f"No problem found.{end}", "green")
    stops = sum(problem.outcome == "REJECT_FILE" for problem in report.problems)
    rows = sum(account.quarantined for account in report.tables)
    said = f"A run would stop ({stops} to correct first)" if stops else "A run would go on"
    aside = f", {rows:,} {'row' if rows == 1 else 'rows'} set aside" if rows else ""
    return Line(f"{said}{aside}.{end}", "bold")
