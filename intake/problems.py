"""What is wrong with an input, where, and what to do about it; never a cell value."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

SHOWN_ROWS = 10
PROBLEM = "_problem"
"""The column in which `validate --out` says what is wrong; never read."""
UNREACHABLE, TOOL_MISSING, NOT_SET = "unreachable", "tool_missing", "not_set"
NO_RIGHTS, CHANGED_PLAN = "no_rights", "changed_plan"
"""Rules of problems that are not about the rows; each has an exit code of the command line."""
Outcome = Literal["REJECT_FILE", "QUARANTINE_ROW", "SUPERSEDED", "OUT_OF_WINDOW", "WARN"]


@dataclass(frozen=True)
class Problem:
    """One defect; `rows` lists the `count` rows where it occurs, where they are several."""

    source_file: str
    row: int | None
    column: str | None
    rule: str
    message: str
    remedy: str
    outcome: Outcome = "REJECT_FILE"
    count: int = 1
    rows: tuple[int, ...] = ()

    def __str__(self) -> str:
        """One line: `file:row:column  what is wrong · what to do`."""
        place = [self.source_file]
        place += [str(part) for part in (self.row, self.column) if part is not None]
        return f"{':'.join(place)}  {self.message}{self._repeats()} · {self.remedy}"

    def _repeats(self) -> str:
        if self.count == 1:
            return ""
        shown = ", ".join(str(row) for row in self.rows[:SHOWN_ROWS])
        more = " …" if self.count > SHOWN_ROWS else ""
        return f" in {self.count} rows: {shown}{more}"


class Rejected(Exception):  # noqa: N818 - a verdict on the input, not a fault of the program
    """The input cannot be used; `problems` says why, one line each."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that looks most like `name`, or none."""
    by_folded = {candidate.casefold(): candidate for candidate in known}
    found = get_close_matches(name.casefold(), list(by_folded), n=1, cutoff=0.6)
    return by_folded[found[0]] if found else None
