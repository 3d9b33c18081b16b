"""How much of the advocacy spend could be evaluated, beside how much could not (R8)."""

from dataclasses import dataclass

from reports.numbers import money, percent
from reports.tables import Table
from reports.words import judged_effects
from schemas.findings import Effect, Findings


@dataclass(frozen=True)
class SpendEvaluated:
    """Advocacy spend by what is known of its effect, in the reporting currency."""

    answered: float
    unclear: float
    unknown: float

    @property
    def total(self) -> float:
        """All advocacy spend that is known."""
        return self.answered + self.unclear + self.unknown


def spend_evaluated(findings: Findings) -> SpendEvaluated | None:
    """Spend of each initiative once, by its best answered effect; None where spend is unknown.

    What the plan's initiatives do not cover of `q1.spend_advocacy` could not be evaluated.
    """
    groups: dict[str, list[Effect]] = {}
    for effect in judged_effects(findings):
        groups.setdefault(effect.initiative_id, []).append(effect)
    sums = {"answered": 0.0, "unclear": 0.0, "unknown": 0.0}
    for effects in groups.values():
        sums[_state(effects)] += effects[0].cost.spend or 0.0
    total = _advocacy_total(findings)
    covered = sum(sums.values())
    if total is not None and total > covered:
        sums["unknown"] += total - covered
    found = SpendEvaluated(**sums)
    return found if found.total > 0 else None


def spend_evaluated_table(found: SpendEvaluated, currency: str) -> Table:
    """The three amounts with their shares."""
    parts = (
        ("An answer was reached", found.answered),
        ("Evaluated, answer unclear", found.unclear),
        ("Could not be evaluated", found.unknown),
    )
    return Table(
        table_id="evaluated-table",
        caption="Advocacy spend by what is known of its effect",
        header=("Advocacy spend", "Amount", "Share"),
        rows=tuple(
            (label, money(value, currency), percent(value / found.total)) for label, value in parts
        ),
        record_header=("state", "amount", "share", "currency"),
        records=tuple((label, value, value / found.total, currency) for label, value in parts),
        numeric=frozenset({1, 2}),
    )


def _state(effects: list[Effect]) -> str:
    verdicts = {effect.verdict for effect in effects}
    if verdicts & {"improves", "harms", "no_meaningful_effect"}:
        return "answered"
    return "unclear" if "inconclusive" in verdicts else "unknown"


def _advocacy_total(findings: Findings) -> float | None:
    for row in findings.indicators:
        if row.indicator_id == "q1.spend_advocacy" and not row.by and row.status == "OK":
            return row.value
    return None
