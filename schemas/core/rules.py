"""Rules between columns of one row, declared once and checked wherever rows are."""

from dataclasses import dataclass
from typing import Protocol

import polars as pl


class RowRule(Protocol):
    """A fact that must hold within every row; a null makes it hold."""

    @property
    def name(self) -> str:
        """The rule as quarantine shows it."""

    @property
    def column(self) -> str:
        """The column that a reader should look at."""

    @property
    def message(self) -> str:
        """What must hold."""

    def holds(self) -> pl.Expr:
        """True where the rule holds."""


@dataclass(frozen=True)
class InOrder:
    """`first` is not after (or above) `second`."""

    first: str
    second: str

    name = "order"

    @property
    def column(self) -> str:
        """The later of the two."""
        return self.second

    @property
    def message(self) -> str:
        """What must hold."""
        return f"{self.second} must not be before or below {self.first}"

    def holds(self) -> pl.Expr:
        """True where the rule holds."""
        return (pl.col(self.first) <= pl.col(self.second)).fill_null(value=True)


@dataclass(frozen=True)
class NegativeOnlyWith:
    """`column` is negative only where `given` is."""

    column: str
    given: str

    name = "negative"

    @property
    def message(self) -> str:
        """What must hold."""
        return f"{self.column} may be negative only with {self.given}"

    def holds(self) -> pl.Expr:
        """True where the rule holds."""
        return (pl.col(self.column) >= 0).fill_null(value=True) | pl.col(self.given).is_not_null()


@dataclass(frozen=True)
class Needs:
    """Where `column` is given, one of `any_of` is given too."""

    column: str
    any_of: tuple[str, ...]

    name = "needs"

    @property
    def message(self) -> str:
        """What must hold."""
        return f"{self.column} needs {' or '.join(self.any_of)}"

    def holds(self) -> pl.Expr:
        """True where the rule holds."""
        given = [pl.col(name).is_not_null() for name in self.any_of]
        return pl.col(self.column).is_null() | pl.any_horizontal(given)


@dataclass(frozen=True)
class WhenWord:
    """Where `word_column` is one of `words`, `column` is given (or empty)."""

    column: str
    word_column: str
    words: tuple[str, ...]
    given: bool

    @property
    def name(self) -> str:
        """The rule as quarantine shows it."""
        return "missing" if self.given else "not_empty"

    @property
    def message(self) -> str:
        """What must hold."""
        state = "given" if self.given else "empty"
        return (
            f"{self.column} must be {state} where {self.word_column} is {' or '.join(self.words)}"
        )

    def holds(self) -> pl.Expr:
        """True where the rule holds."""
        applies = pl.col(self.word_column).is_in(list(self.words)).fill_null(value=False)
        given = pl.col(self.column).is_not_null()
        return ~applies | (given if self.given else ~given)


@dataclass(frozen=True)
class Differs:
    """`column` does not equal `other`: no row points at itself."""

    column: str
    other: str

    name = "self_reference"

    @property
    def message(self) -> str:
        """What must hold."""
        return f"{self.column} must not equal {self.other}"

    def holds(self) -> pl.Expr:
        """True where the rule holds."""
        return (pl.col(self.column) != pl.col(self.other)).fill_null(value=True)
