"""How numbers are written: at most three significant figures, a true minus, shares as points."""

import datetime as dt
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass

from reports.names import shorten

MINUS = "\u2212"
FIGURES = 3
MILLION = 1_000_000
POINTS = "percentage points"
THOUSAND = 1_000
UNIT_WORDS = 8
COUNTED = frozenset(
    [
        "days",
        "hours",
        "months",
        "packs",
        "patients",
        "persons",
        "points",
        "visits",
        "weeks",
        "years",
    ]
)


PER_DOSE = re.compile(r" per (period of exposure|\S+ of dose)$")
"""How an effect per dose ends its unit; it stays when the unit is shown as points."""


@dataclass(frozen=True)
class DisplayUnit:
    """How an effect's unit is shown: `factor` is 100 where a share becomes points, else 1."""

    factor: float
    label: str


def display_unit(unit_label: str) -> DisplayUnit:
    """Shares and per cents differ by percentage points; every other unit keeps its label."""
    label = unit_label.strip()
    word, per_dose = label.lower(), PER_DOSE.search(label)
    points = POINTS + (per_dose.group() if per_dose else "")
    if word.startswith(("share", "proportion")):
        return DisplayUnit(100.0, points)
    if word.startswith(("percent", "per cent", "%")):
        return DisplayUnit(1.0, points)
    return DisplayUnit(1.0, label or "units")


def decimals_for(values: Iterable[float | None]) -> int:
    """Decimals that give the largest value three significant figures, 0 to 6."""
    sizes = [abs(value) for value in values if value]
    if not sizes:
        return 0
    return min(6, max(0, FIGURES - 1 - math.floor(math.log10(max(sizes)))))


def decimals_for_bounds(value: float, low: float, high: float) -> int:
    """Decimals for an estimate and its range: at most two more where a bound would read as zero."""
    return decimals_for_column([value], [low, high])


def decimals_for_column(values: Iterable[float | None], bounds: Iterable[float | None]) -> int:
    """Decimals for estimates and ranges below each other, by the same rule."""
    ends = [bound for bound in bounds if bound]
    least = decimals_for([*values, *ends])
    for decimals in range(least, min(least + 3, 7)):
        if all(abs(bound) >= 0.5 * 10**-decimals for bound in ends):
            return decimals
    return least


def fixed(value: float, decimals: int, *, signed: bool = False) -> str:
    """The value with `decimals` decimals and thousands separators; zero carries no sign."""
    digits = f"{abs(value):,.{decimals}f}"
    if not digits.strip("0.,"):
        return digits
    plus = "+" if signed else ""
    return (MINUS if value < 0 else plus) + digits


def number(value: float, *, signed: bool = False) -> str:
    """Three significant figures without trailing zeros."""
    return _trimmed(fixed(value, decimals_for([value]), signed=signed))


def _trimmed(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text


def measured(value: float, unit_label: str, *, signed: bool = True) -> str:
    """An effect with its unit."""
    unit = display_unit(unit_label)
    return _with_label(number(value * unit.factor, signed=signed), unit)


def roughly(value: float, unit_label: str) -> str:
    """A size in the effect's unit with two significant figures, without its sign."""
    unit = display_unit(unit_label)
    return _with_label(rough(abs(value) * unit.factor), unit)


def _with_label(text: str, unit: DisplayUnit) -> str:
    label = shorten(unit.label, UNIT_WORDS, 60)
    return f"{text} {of_one(label) if text in {'1', '+1', f'{MINUS}1'} else label}"


def of_one(label: str) -> str:
    """The label of one: `1 day`, `1 point of 100`; a word that is not known stays as it is."""
    if label == POINTS:
        return label.removesuffix("s")
    word, *rest = label.split(" ")
    return " ".join([word.removesuffix("s") if word in COUNTED else word, *rest])


def value_range(low: float, high: float, unit_label: str) -> str:
    """Two bounds in the effect's display unit, without the unit's name."""
    factor = display_unit(unit_label).factor
    decimals = decimals_for_bounds(low * factor, low * factor, high * factor)
    return f"{fixed(low * factor, decimals)} to {fixed(high * factor, decimals)}"


def p_value(value: float) -> str:
    """A p value with three decimals."""
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def rough(value: float) -> str:
    """Two significant figures, or every digit of a whole number: for a size, not an estimate."""
    decimals = max(0, decimals_for([value]) - 1)
    return _trimmed(fixed(value, decimals))


def percent_figures(share: float) -> str:
    """A share in [0, 1] as a per cent without its sign: one decimal, trailing zero dropped.

    More decimals only where one would read as none or all of it.
    """
    value = 100 * share
    decimals = next((n for n in range(1, 6) if not _reads_as_end(value, n)), 6)
    return _trimmed(fixed(value, decimals))


def percent(share: float) -> str:
    """A share in [0, 1] as a per cent."""
    return f"{percent_figures(share)}%"


def _reads_as_end(value: float, decimals: int) -> bool:
    is_end = any(math.isclose(value, end, abs_tol=1e-9) for end in (0.0, 100.0))
    return not is_end and round(value, decimals) in {0.0, 100.0}


def money(amount: float, currency: str) -> str:
    """An amount with its ISO 4217 code, in millions from one million on; three figures."""
    if abs(amount) >= MILLION:
        return f"{currency} {number(amount / MILLION)} million"
    if abs(amount) >= THOUSAND:
        step = 10 ** (math.floor(math.log10(abs(amount))) - FIGURES + 1)
        return f"{currency} {fixed(round(amount / step) * step, 0)}"
    return f"{currency} {number(amount)}"


def count(value: int, singular: str, plural: str | None = None) -> str:
    """A count with its noun."""
    noun = singular if value == 1 else (plural or singular + "s")
    return f"{value:,} {noun}"


def tied(text: str) -> str:
    """The text with every number held to its currency or sign and to the word after it.

    Ranges and dates are whole.
    """
    held = re.sub(r"\b(\d{1,2}) ([A-Z][a-z]+) (?=\d{4}\b)", "\\1\u00a0\\2\u00a0", text)
    held = re.sub(r"(?<![\d.,\u00a0])(\(range )?[\d.,\u2212]+ to (?=[\d\u2212])", _whole, held)
    held = re.sub(r"(\b[A-Z]{3}|(?<=\d )of|(?<=points )of|[=<>]) (?=\d)", "\\1\u00a0", held)
    return re.sub(r"(\d%?) (?!to\b)(?=[a-z])", "\\1\u00a0", held)


def _whole(start: re.Match[str]) -> str:
    return start[0].replace(" ", "\u00a0")


def long_date(date: dt.date) -> str:
    """Day, month in words, year: no order of day and month to guess."""
    return f"{date.day} {date:%B} {date.year}"
