"""What the cards say of Q2 and Q3: the most telling shares that there are, and no cause."""

from dataclasses import dataclass

from reports.indicator_rows import has_one_payer, latest_retention, overall
from reports.numbers import percent
from schemas.findings import Findings, Indicator
from schemas.indicators import INDICATORS

ANSWER_WORDS = 15
PIECES = 4


@dataclass(frozen=True)
class Piece:
    """One share in words that name what it is a share of."""

    indicator_id: str
    words: str


TELLING: dict[str, tuple[tuple[Piece, ...], ...]] = {
    "Q2": (
        (Piece("q2.conversion", "{} of advice adopted"),),
        (Piece("q2.loop_closed", "{} of decided advice reported back"),),
        (Piece("q2.assumption_share", "{} of decisions without patients"),),
        (Piece("q2.upstream_share", "{} of advice given early"),),
    ),
    "Q3": (
        (
            Piece("q3.retention", "{} of relationships kept into {year}"),
            Piece("q3.pairs_two_years", "{} of relationships seen again"),
        ),
        (
            Piece("q3.dependence", "{} of partners dependent"),
            Piece("q3.single_funder_share", "{} of partners with one payer"),
        ),
        (
            Piece("q3.multi_year_share", "{} of money multi-year"),
            Piece("q3.core_share", "{} of money core funding"),
        ),
    ),
}
"""Of each group the first that has a value is told, in this order."""


def telling_shares(findings: Findings, question: str) -> str:
    """The answer in at most fifteen words; empty where none of the shares is known."""
    said: list[str] = []
    for group in TELLING[question]:
        found = ((piece, _share(findings, piece.indicator_id)) for piece in group)
        piece, row = next(((p, row) for p, row in found if row is not None), (None, None))
        if piece is None or row is None or row.value is None:
            continue
        words = piece.words.format(percent(row.value), year=row.by.get("year", ""))
        if len(" ".join([*said, words]).split()) <= ANSWER_WORDS:
            said.append(words)
    return f"{', '.join(said)}." if said else ""


def needed_tables(question: str) -> tuple[str, ...]:
    """Tables without which none of the telling shares can be computed, or not all."""
    ids = [piece.indicator_id for group in TELLING[question] for piece in group]
    return tuple(dict.fromkeys(table for name in ids for table in INDICATORS[name].tables))


def _share(findings: Findings, indicator_id: str) -> Indicator | None:
    if indicator_id == "q3.retention":
        return latest_retention(findings)
    if indicator_id == "q3.single_funder_share" and has_one_payer(findings):
        return None
    return overall(findings, indicator_id)
