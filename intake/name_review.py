"""What a person should look at in the names: look-alikes, characters that cannot be seen."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import chain

import ibis

from intake.look_alikes import look_alikes
from intake.problems import Problem

NAMED = ("partner", "initiative", "measure", "unit")
"""Tables whose `name` a reader sees."""
FORMAT_CHARACTER = r"\p{Cf}"
JOINERS = ("\u200c", "\u200d")
LIST = "run `advocacy validate` for the list, and add an alias table"


@dataclass(frozen=True)
class _Partner:
    """A partner's id and name, and the row that gives it."""

    partner_id: str
    name: str
    source_file: str
    source_row: int


def name_problems(accepted: Mapping[str, ibis.Table]) -> list[Problem]:
    """Warnings about the names in accepted core tables, one per pair or row; no name in any.

    `accepted` holds tables by name; those that are not there are not looked at.
    """
    found = [
        problem
        for table in NAMED
        if table in accepted
        for problem in hidden_problems(accepted[table])
    ]
    if "partner" not in accepted:
        return found
    return found + look_alike_problems(accepted["partner"], accepted.get("alias"))


def name_notes(accepted: Mapping[str, ibis.Table]) -> list[str]:
    """The warnings of a run: one line per file and kind, and how many partners were merged."""
    groups: dict[tuple[str, str], list[Problem]] = {}
    for problem in name_problems(accepted):
        groups.setdefault((problem.source_file, problem.rule), []).append(problem)
    notes = [str(_summed(problems)) for problems in groups.values()]
    return notes + (merged_notes(accepted["alias"]) if "alias" in accepted else [])


def hidden_problems(table: ibis.Table) -> list[Problem]:
    """Rows whose name holds zero-width or bidirectional characters; the name is kept."""
    seen = table.name
    for joiner in JOINERS:
        seen = seen.replace(joiner, "")
    rows = table.filter(seen.re_search(FORMAT_CHARACTER)).select("source_file", "source_row")
    told = rows.order_by("source_file", "source_row").to_pyarrow().to_pylist()
    what = "a character that cannot be seen; the name is shown without it"
    return [
        Problem(
            row["source_file"],
            row["source_row"],
            "name",
            "hidden_character",
            what,
            "type the name again",
            "WARN",
        )
        for row in told
    ]


def look_alike_problems(partner: ibis.Table, alias: ibis.Table | None) -> list[Problem]:
    """Pairs of partners whose names look alike and that no alias row has told apart or merged."""
    partners = _partners(partner)
    looked_at = _looked_at(alias)
    return [
        _alike(partners[pair.first], partners[pair.second], pair.score)
        for pair in look_alikes([partner.name for partner in partners])
        if not {partners[pair.first].partner_id, partners[pair.second].partner_id} <= looked_at
    ]


def merged_notes(alias: ibis.Table) -> list[str]:
    """How many partners are counted as others, per alias file."""
    merged = alias.filter(alias.partner_id != alias.canonical_partner_id)
    counted = merged.group_by("source_file").agg(
        merged=merged.count(), meant=merged.canonical_partner_id.nunique()
    )
    rows = counted.order_by("source_file").to_pyarrow().to_pylist()
    return [f"{row['source_file']}  {_merged(row['merged'], row['meant'])}" for row in rows]


def _merged(rows: int, meant: int) -> str:
    counts = "1 row counts" if rows == 1 else f"{rows} rows count"
    stand = "1 partner stands" if meant == 1 else f"{meant} partners stand"
    own = "itself" if meant == 1 else "themselves"
    return f"{counts} one partner as another; {stand} for more than {own}"


def _partners(partner: ibis.Table) -> list[_Partner]:
    """Partners that the source names, in the order of their rows."""
    named = partner.filter(~partner.is_anonymous.fill_null(ibis.literal(value=False)))
    names = ("partner_id", "name", "source_file", "source_row")
    rows = named.order_by("source_file", "source_row").select(*names).to_pyarrow().to_pylist()
    return [_Partner(**row) for row in rows]


def _looked_at(alias: ibis.Table | None) -> set[str]:
    if alias is None:
        return set()
    ids = alias.select("partner_id", "canonical_partner_id").to_pyarrow().to_pydict()
    return set(chain.from_iterable(ids.values()))


def _alike(first: _Partner, second: _Partner, score: float) -> Problem:
    where = "" if first.source_file == second.source_file else f" of {first.source_file}"
    return Problem(
        second.source_file,
        second.source_row,
        "name",
        "look_alike",
        f"looks like the name in row {first.source_row}{where} (score {score:.2f})",
        "give both ids in an alias table: as one, or each as itself",
        "WARN",
    )


def _summed(problems: list[Problem]) -> Problem:
    """Many warnings of one kind as one: pairs by their number, rows by their places."""
    first, count = problems[0], len(problems)
    if first.rule == "look_alike":
        pairs = "pair of names looks" if count == 1 else "pairs of names look"
        what = f"{count} {pairs} alike; none was merged"
        return replace(first, row=None, message=what, remedy=LIST)
    rows = tuple(problem.row for problem in problems if problem.row is not None)
    return replace(first, count=count, rows=rows if count > 1 else ())
