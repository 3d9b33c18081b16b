"""The targets of the simulation study, and whether each cell meets its own (METHODS 4)."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.honesty_cell import Cell, Target
from benchmarks.honesty_run import CellCount

CHANCE = 1.645
"""Standard errors by which sampling may exceed a limit: in one cell of twenty exactly at it."""


@dataclass(frozen=True)
class Aim:
    """One target: its words, its limits as shares, the prototype's figure, and what is counted.

    `lowest` and `highest` bound the share; sampling error of the repetitions is allowed for,
    unless `is_strict`. `counted` gives the events of a cell, each with how many times it
    happened and out of how many.
    """

    text: str
    prototype: str
    counted: Callable[[CellCount], tuple[tuple[str, int, int], ...]]
    lowest: float | None = None
    highest: float | None = None
    is_strict: bool = False

    @property
    def limit(self) -> str:
        """The limits in words."""
        low = None if self.lowest is None else f"{100 * self.lowest:.3g}"
        high = None if self.highest is None else f"{100 * self.highest:.3g}"
        if low and high:
            return f"{low} to {high} %"
        return f"≥ {low} %" if low else f"≤ {high} %"

    def is_met(self, count: int, total: int) -> bool:
        """Whether a count is within the limits, or as near as chance would bring it."""
        errors = 0.0 if self.is_strict else CHANCE
        if self.highest is not None and count > _most(total, self.highest, errors):
            return False
        return self.lowest is None or count >= total - _most(total, 1 - self.lowest, errors)


def _most(total: int, share: float, errors: float) -> int:
    """Most events of `total` that are within `errors` standard errors of a share."""
    return math.floor(total * share + errors * math.sqrt(total * share * (1 - share)) + 1e-9)


@dataclass(frozen=True)
class Row:
    """One cell against one of its targets; `share` is of the event that comes nearest to it."""

    target: Target
    cell: str
    event: str
    count: int
    total: int
    is_met: bool

    @property
    def share(self) -> float:
        """The share of repetitions."""
        return self.count / self.total if self.total else 0.0


def _of_all(*events: str) -> Callable[[CellCount], tuple[tuple[str, int, int], ...]]:
    def counted(cell: CellCount) -> tuple[tuple[str, int, int], ...]:
        return tuple((event, cell.counts.get(event, 0), cell.repetitions) for event in events)

    return counted


def _of_bounded(event: str) -> Callable[[CellCount], tuple[tuple[str, int, int], ...]]:
    def counted(cell: CellCount) -> tuple[tuple[str, int, int], ...]:
        return ((event, cell.counts.get(event, 0), cell.counts.get("bounded", 0)),)

    return counted


AIMS: dict[Target, Aim] = {
    "false_claims": Aim(
        "False `improves` and false `harms`, each: linear trends, shocks that the controls see "
        "at least half of, dips, displacement with known neighbours, missing outcomes ≤ 30 %",
        "≤ 2.0 %",
        _of_all("improves", "harms"),
        highest=0.025,
    ),
    "wrong_sign": Aim("Wrong sign", "0.0 %", _of_all("wrong_sign"), highest=0.001),
    "coverage": Aim(
        "The 95 % interval of I0 holds the truth (valid worlds, ≥ 20 clusters)",
        "94.5 to 96.5 %",
        _of_bounded("covered"),
        lowest=0.93,
        highest=0.97,
    ),
    "robust_coverage": Aim(
        "The robust bounds hold the truth (worlds whose bias a probe sees)",
        "97 to 100 %",
        _of_bounded("robust_covered"),
        lowest=0.95,
    ),
    "false_negligible": Aim(
        "False `no_meaningful_effect`, also where a bias masks an effect of δ",
        "≤ 4.1 %",
        _of_all("false_negligible"),
        highest=0.05,
    ),
    "negligible": Aim(
        "Reaches `no_meaningful_effect` where δ is 3.1 times the largest SE",
        "86 to 96 %",
        _of_all("no_meaningful_effect"),
        lowest=0.80,
    ),
    "power_short": Aim(
        "Decides where the plain test has 90 % power, pre twice post",
        "39 to 43 %",
        _of_all("improves"),
        lowest=0.35,
    ),
    "power_long": Aim(
        "The same, pre five times post", "60 to 68 %", _of_all("improves"), lowest=0.55
    ),
    "power_short_15": Aim(
        "Decides at 1.5 times that effect, pre twice post",
        "79 to 83 %",
        _of_all("improves"),
        lowest=0.75,
    ),
    "power_long_15": Aim(
        "The same, pre five times post", "94 to 95 %", _of_all("improves"), lowest=0.90
    ),
    "near_power_short": Aim(
        "Decides with neighbours known (I5), pre twice post",
        "34 to 40 %",
        _of_all("improves"),
        lowest=0.30,
    ),
    "near_power_long": Aim(
        "The same, pre five times post", "51 to 57 %", _of_all("improves"), lowest=0.50
    ),
    "few": Aim(
        "One-sided error with 1 to 4 exposed clusters of unequal noise",
        "0.1 to 0.7 %",
        _of_all("improves", "harms"),
        highest=0.025,
    ),
    "needed": Aim(
        "The clusters it says are needed decide",
        "81 to 85 %",
        _of_all("improves"),
        lowest=0.70,
        highest=0.90,
    ),
    "moderate_none": Aim(
        "Moderate certainty from observation without a declared assignment",
        "0 %",
        _of_all("certainty:moderate", "certainty:high"),
        highest=0.0,
        is_strict=True,
    ),
    "moderate": Aim(
        "Strong effects that earn moderate certainty with it",
        "84 to 93 %",
        _of_all("certainty:moderate"),
        lowest=0.80,
    ),
    "family": Aim(
        "Several outcomes together: any false `improves`",
        "1.6 %",
        _of_all("any_false_improves"),
        highest=0.025,
    ),
    "back_dated": Aim(
        "Back-dated exposure, the log at hand: `improves`",
        "0 %, from G4a",
        _of_all("improves"),
        highest=0.0,
        is_strict=True,
    ),
    "unit_change": Aim("A change of unit gives DATA", "-", _of_all("reason:DATA"), lowest=0.99),
}


def compare(cells: list[Cell], found: dict[str, CellCount]) -> list[Row]:
    """Compare every cell that was run with each of its targets, in the order of the targets."""
    return [
        row
        for target in AIMS
        for cell in cells
        if target in cell.targets and cell.name in found
        for row in _rows(target, found[cell.name])
    ]


def _rows(target: Target, cell: CellCount) -> list[Row]:
    aim = AIMS[target]
    return [
        Row(target, cell.name, event, count, total, aim.is_met(count, total))
        for event, count, total in aim.counted(cell)
    ]


def worst(target: Target, rows: list[Row]) -> Row | None:
    """Pick the row of a target that is farthest beyond, or nearest to, its limits."""
    mine = [row for row in rows if row.target == target]
    aim = AIMS[target]

    def room(row: Row) -> float:
        above = 1.0 if aim.highest is None else aim.highest - row.share
        below = 1.0 if aim.lowest is None else row.share - aim.lowest
        return min(above, below)

    return min(mine, key=room, default=None)
