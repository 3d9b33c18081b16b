"""What indicators are computed from."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import ibis

from schemas.findings import Effect
from schemas.study import Study


@dataclass(frozen=True)
class IndicatorTables:
    """The tables of one study.

    `core` holds every core table by name; `engagement` in it is `impact.kind.classify`'s, with
    a kind in every row. `named` are the tables that the study has a source of, `effects` the
    planned effects as they were judged.
    """

    study: Study
    core: Mapping[str, ibis.Table]
    named: frozenset[str]
    effects: tuple[Effect, ...] = ()

    def __getitem__(self, table: str) -> ibis.Table:
        """A core table by name."""
        return self.core[table]

    @property
    def end(self) -> dt.date:
        """Last day that can be known: of the window, or the clock where that is earlier."""
        return min(self.study.window.end, self.study.as_of)
