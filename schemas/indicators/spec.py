"""What an indicator is: what it counts, over what, and which columns it needs."""

from dataclasses import dataclass
from typing import Literal

from schemas.vocabulary import Question

IntervalMethod = Literal["wilson", "student_t", "log_log_greenwood", "none"]
PREFIXES: dict[str, Question] = {
    "q1": "Q1",
    "q2": "Q2",
    "q3": "Q3",
    "t": "transparency",
    "e": "equity",
}


@dataclass(frozen=True)
class IndicatorSpec:
    """One indicator.

    `fields` are the columns it cannot do without, as `table.column`; `optional` ones sharpen it.
    `by` says which rows stand beside the overall one, whose `by` is empty. `interval` is the
    method of the 95 % interval of a proportion or a mean.
    """

    indicator_id: str
    name: str
    definition: str
    numerator: str
    denominator: str
    n: str
    unit: str
    fields: tuple[str, ...]
    source: str
    interval: IntervalMethod = "none"
    by: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()

    @property
    def question(self) -> Question:
        """The question it helps to answer."""
        return PREFIXES[self.indicator_id.split(".")[0]]

    @property
    def tables(self) -> tuple[str, ...]:
        """Tables a study must have for it."""
        return tuple(dict.fromkeys(field.split(".")[0] for field in self.fields))
