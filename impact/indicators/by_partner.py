"""Q3 by partner: the components of a relationship one beside the other, never summed to a score."""

from collections.abc import Iterator

import ibis
import numpy as np
import pandas as pd

from impact.indicators.expressions import is_empty
from impact.indicators.made import not_evaluated, share_of_cases, share_of_sum, value_of
from impact.indicators.partners import incomes, largest_sums
from impact.indicators.payments import PARTS, Payments, at_level, exact, with_a_name
from impact.indicators.tables import IndicatorTables
from schemas.findings import Indicator
from schemas.vocabulary import SUPPORT_KINDS

NAME = "q3.partners"
SHOWN = 15
"""Partners that are told by themselves, those with the most money."""


def measure_partners(payments: Payments) -> Iterator[Indicator]:
    """How many partners were paid, and the components of those with the most money."""
    study, relations = payments.tables.study, payments.relations
    if relations.empty and not payments.has_amounts:
        yield not_evaluated(NAME, "no amount is known", study)
        return
    paid = relations.groupby("partner_id")[["payment_count", "paid"]].sum()
    order = np.lexsort((paid.index.to_numpy(dtype=str), -paid["paid"].to_numpy()))
    shown = [str(name) for name in paid.index[order[:SHOWN]]]
    yield value_of(NAME, len(paid), len(paid), study)
    if len(paid) > SHOWN:
        others = len(paid) - SHOWN
        yield value_of(NAME, others, others, study, {"part": "others"})
    if shown:
        yield from _components(payments, paid, shown)


def _components(payments: Payments, paid: pd.DataFrame, shown: list[str]) -> Iterator[Indicator]:
    tables = payments.tables
    study, names = tables.study, tables.partner_names
    cases = {"retention": _kept(payments.relations), "first_step": _first_steps(tables, shown)}
    sums = _sums(payments, shown)
    for partner_id, count, amount in paid.loc[shown].itertuples():
        by = {"partner_id": partner_id}
        own = value_of(NAME, amount, int(count), study, {**by, "part": "amount"})
        rows = [own.model_copy(update={"unit": study.currency})]
        for part, counts in cases.items():
            top, bottom = counts.loc[partner_id].astype(int)
            rows.append(share_of_cases(NAME, top, bottom, study, {**by, "part": part}))
        for part, found in sums.items():
            top, bottom, n = found.loc[partner_id]
            at = {**by, "part": part}
            rows.append(share_of_sum(NAME, float(top), float(bottom), int(n), study, at))
        label = names.get(partner_id, "")
        yield from (row.model_copy(update={"label": label}) for row in rows if row.status == "OK")


def _kept(relations: pd.DataFrame) -> pd.DataFrame:
    """`top, bottom` by partner: its pairs of a year seen in the next, and those that could be."""
    seen = relations[["payer_id", "partner_id", "year"]].drop_duplicates()
    pays = pd.MultiIndex.from_frame(seen[["payer_id", "year"]])
    pairs = pd.MultiIndex.from_frame(seen)
    after = seen.assign(year=seen["year"] + 1)
    could = pd.MultiIndex.from_frame(after[["payer_id", "year"]]).isin(pays)
    did = pd.MultiIndex.from_frame(after).isin(pairs)
    counts = pd.DataFrame({"top": did, "bottom": could}).set_axis(seen["partner_id"])
    return counts.groupby(level=0).sum()


def _first_steps(tables: IndicatorTables, shown: list[str]) -> pd.DataFrame:
    """`top, bottom` by partner: engagements that it began, and those whose initiator is known."""
    log = tables["engagement"]
    log = log.filter(is_empty(log.reverses_engagement_id) & ~log.kind.isin(SUPPORT_KINDS))
    rows = _of_partners(with_a_name(tables, log), tables, shown)
    counts = rows.group_by("partner_id").agg(
        top=rows.initiated_by.isin(["partner", "joint"]).sum(), bottom=rows.initiated_by.count()
    )
    return _summed(tables, counts).reindex(shown).fillna(0)


def _sums(payments: Payments, shown: list[str]) -> dict[str, pd.DataFrame]:
    """`top, bottom, n` by partner and component that is a share of money."""
    tables = payments.tables
    rows = _of_partners(payments.rows, tables, shown)
    rows = rows.filter(rows.group.isin(payments.populations[0].groups))
    parts = {name: rows[f"is_{name}"] for name in PARTS}
    asked = {f"{name}_paid": exact(rows.net_amount.sum(where=own)) for name, own in parts.items()}
    asked |= {f"{name}_count": rows.count(where=own) for name, own in parts.items()}
    found = _summed(tables, rows.group_by("partner_id").agg(**asked)).reindex(shown)
    largest, income = largest_sums(payments), incomes(tables)
    shares = {
        part: found[[f"{part}_paid", f"{whole}_paid", f"{whole}_count"]]
        for part, whole in (("long", "dated"), ("core", "funded"))
    }
    dependence = pd.DataFrame({"top": largest.reindex(shown), "bottom": income.reindex(shown)})
    return {**shares, "dependence": dependence.fillna(0.0).assign(n=1)}


def _of_partners(rows: ibis.Table, tables: IndicatorTables, shown: list[str]) -> ibis.Table:
    """Rows of these partners, at the level that the study counts."""
    below: list[str] = []
    if tables.study.partner_level == "parent":
        below = tables.parents.index[tables.parents.isin(shown)].tolist()
    asked = ibis.memtable({"partner_id": [*shown, *below]})
    return rows.semi_join(asked, "partner_id")


def _summed(tables: IndicatorTables, counts: ibis.Table) -> pd.DataFrame:
    """Counts by partner at the level that the study counts."""
    found = at_level(tables, counts.order_by("partner_id").to_pandas())
    return found.groupby("partner_id").sum()
