"""Partners that the analyst merged: rows that name one are counted as the other."""

import ibis

from intake.checks import Rule, broken
from intake.typed import Build

ALIAS = "alias"


def with_aliases(build: Build, rows: ibis.Table) -> ibis.Table:
    """Typed rows in which each partner stands for itself; the row as it came is in raw.

    The tables of partners and of aliases keep the ids they have.
    """
    alias = build.parents.get(ALIAS)
    if alias is None or build.spec.name == ALIAS:
        return rows
    named = [key.column for key in build.spec.foreign_keys if key.parent == "partner"]
    merged = alias.filter(alias.partner_id != alias.canonical_partner_id)
    pairs = merged.select(given_partner="partner_id", meant_partner="canonical_partner_id")
    for column in named:
        joined = rows.left_join(pairs, rows[column] == pairs.given_partner)
        meant = ibis.coalesce(joined.meant_partner, joined[column])
        rows = joined.mutate(**{column: meant}).select(*rows.columns)
    return rows


def chains(build: Build, rows: ibis.Table) -> list[ibis.Table]:
    """Aliases of a partner that is itself counted as another."""
    if build.spec.name != ALIAS:
        return []
    merged = rows.filter(rows.partner_id != rows.canonical_partner_id)
    chained = merged.filter(merged.canonical_partner_id.isin(merged.partner_id))
    told = "canonical_partner_id is itself counted as another partner"
    rule = Rule("canonical_partner_id", "chain", told, "name the partner at the end of the chain")
    return [broken(chained, build.catalogue.number(rule))]
