"""Random choices for the worlds of the indicators."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, get_args

import numpy as np

from schemas.study import Study


@dataclass(frozen=True)
class Draw:
    """A generator with the words this domain needs; how often cells are empty is its own draw."""

    rng: np.random.Generator

    @cached_property
    def empty(self) -> float:
        """How often a cell that may be empty is."""
        return float(self.rng.choice([0.02, 0.3, 0.85]))

    @cached_property
    def exact(self) -> int:
        """How many dates are known to the day for each one known to the month or year."""
        return int(self.rng.choice([3, 30, 300]))

    @cached_property
    def kinds(self) -> list[str]:
        """Kinds this study has, advocacy most."""
        beside = ["research_engagement", "support_access", "hybrid", "unclassified"]
        beside += ["support_adherence"]
        count = int(self.rng.integers(0, 6))
        return ["advocacy"] * 4 + list(self.rng.permutation(beside)[:count])

    def pick(self, among: Sequence[Any]) -> Any:
        """One of them."""
        return among[int(self.rng.integers(len(among)))]

    def some(self, rows: Sequence[Any]) -> Any:
        """One of the rows."""
        return self.pick(rows)

    def chance(self, share: float) -> bool:
        """True so often."""
        return bool(self.rng.random() < share)

    def size(self, most: int) -> int:
        """1 to `most`."""
        return int(self.rng.integers(1, most + 1))

    def maybe(self, value: Any, empty: float | None = None) -> Any:
        """The value, or an empty cell."""
        return None if self.chance(self.empty if empty is None else empty) else value

    def word(self, words: Any) -> Any:
        """One of a closed list."""
        return self.pick(get_args(words))

    def money(self) -> float:
        """An amount with four decimals at most; sometimes none, often the same."""
        return float(self.pick([0, 100, 100, 5000, round(float(self.rng.gamma(1, 3000)), 2)]))

    def day(self, first: dt.date, last: dt.date) -> dt.date:
        """A day between the two, both included."""
        return first + dt.timedelta(days=int(self.rng.integers((last - first).days + 1)))

    def edge(self, study: Study) -> dt.date:
        """A day on or beside an edge of the window, of a year, or 24 months before its end."""
        window = study.window
        near = [window.start, min(window.end, study.as_of), dt.date(window.end.year, 1, 1)]
        near += [dt.date(window.start.year + 1, 1, 1), dt.date(window.end.year - 2, 12, 31)]
        day = self.pick(near) + dt.timedelta(days=int(self.pick([-1, 0, 1])))
        return min(day, study.as_of)
