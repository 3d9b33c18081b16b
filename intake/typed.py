"""Each source's text mapped to our columns, typed, with the checks every row fails."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from operator import and_
from typing import Any

import ibis

from intake.checks import FAILURES, IS_BROKEN, NOT_YET_RECORDED, Catalogue, Check, Rule, any_fails
from intake.mapping import cell_styles, is_kept, mapped_texts, with_precision
from intake.money import in_reporting_currency, with_disclosed_rates
from intake.parse import FIRST_DATE, TYPES, absent, is_null, limit_checks, parse
from intake.periods import unfinished
from intake.row_rules import rule_check
from intake.steps import Step
from intake.study import inline_mapping, source_name
from schemas.registry import SOURCE_COLUMNS, TableSpec
from schemas.study import Mapping as SourceMapping
from schemas.study import Source, Study

Parents = Mapping[str, ibis.Table]
NO: Any = ibis.literal(value=False)
DAY = datetime.timedelta(days=1)
RATE_STATUS = ("observed", "provisional")
LISTED_BEFORE = "listed_before"
"""The rule of rows of a list whose key is in another row before."""


@dataclass(frozen=True)
class Build:
    """What every step of building one core table needs."""

    spec: TableSpec
    study: Study
    parents: Parents
    catalogue: Catalogue


def typed_rows(build: Build, raw: ibis.Table) -> ibis.Table:
    """All rows of a table in contract columns, with `is_broken`, `failures` and `is_kept`."""
    sources = [source for source in build.study.sources if source.table == build.spec.name]
    parts = [_typed_source(build, raw, source) for source in sources]
    if not parts:
        parts = [_typed_part(build, raw, SourceMapping(), None)]
    whole = parts[0] if len(parts) == 1 else ibis.union(*parts)
    lists = [source_name(s) for s in sources if inline_mapping(s).rows == "first"]
    return _once_per_key(build, whole, lists) if lists else whole


def _typed_source(build: Build, raw: ibis.Table, source: Source) -> ibis.Table:
    rows = raw.filter(raw.source_file == source_name(source))
    return _typed_part(build, rows, inline_mapping(source), source)


def _typed_part(
    build: Build, rows: ibis.Table, mapping: SourceMapping, source: Source | None
) -> ibis.Table:
    """One source typed in steps, each a table: the engine computes the columns of a step once."""
    cells = source_cells(build, rows, mapping, source)
    return checked_rows(build, cells.table, cells.unread)


@dataclass(frozen=True)
class SourceCells:
    """Cells of one source, each read by itself; `unread` are columns true where one could not be.

    For each column its value, and `given_` and its name where the cell is filled.
    """

    table: ibis.Table
    unread: Mapping[str, Rule]

    @property
    def columns(self) -> list[str]:
        """The columns that checks of a row read."""
        return [name for name in self.table.columns if not name.startswith("text_")]


def source_cells(
    build: Build, rows: ibis.Table, mapping: SourceMapping, source: Source | None
) -> SourceCells:
    """The cells of one source as its mapping declares them."""
    texts = mapped_texts(rows, build.spec, mapping)
    origin = {name: rows[name] for name in SOURCE_COLUMNS}
    read = rows.select(**texts, **origin, is_kept=is_kept(rows, mapping))
    fields = {name: read[name] for name in texts}
    styles = cell_styles(build.spec, source, mapping, build.study, fields)
    cells = {
        c.name: absent(c) if is_null(texts[c.name]) else parse(fields[c.name], c, styles[c.name])
        for c in build.spec.data_columns
    }
    cells = with_precision(cells, styles)
    step = Step(
        read,
        {name: cell.value for name, cell in cells.items()}
        | {f"given_{name}": cell.given for name, cell in cells.items()}
        | {f"text_{name}": field for name, field in fields.items()}
        | {name: read[name] for name in (*SOURCE_COLUMNS, "is_kept")},
    )
    first = [check for cell in cells.values() for check in cell.checks]
    flags = {f"unread_{i}": step.of(check.fails) for i, check in enumerate(first)}
    rules = [check.rule for check in first]
    return SourceCells(step.table.mutate(**flags), dict(zip(flags, rules, strict=True)))


def _once_per_key(build: Build, table: ibis.Table, lists: list[str]) -> ibis.Table:
    """Supersede rows of files that list something else, where their key is there before.

    Of one key, rows of other files come first, then rows without a defect, then the earliest.
    """
    key = list(build.spec.key)
    is_list = table.source_file.isin(lists)
    order = [~table.is_kept, is_list, table[IS_BROKEN], table.source_file, table.source_row]
    place = ibis.row_number().over(ibis.window(group_by=key, order_by=order))
    has_key = reduce(and_, [table[name].notnull() for name in key])
    ranked = table.mutate(is_again=table.is_kept & is_list & has_key & (place > 0))
    told = f"{key[0]} is in another row before"
    rule = Rule(key[0], LISTED_BEFORE, told, "nothing to do", "superseded")
    again = build.catalogue.failures([Check(rule, ranked.is_again)])
    return ranked.mutate(
        is_kept=ranked.is_kept & ~ranked.is_again,
        is_broken=ranked[IS_BROKEN] | ranked.is_again,
        **{FAILURES: ibis.ifelse(ranked.is_again, again, ranked[FAILURES])},
    ).drop("is_again")


def checked_rows(build: Build, table: ibis.Table, first: Mapping[str, Rule]) -> ibis.Table:
    """Fill defaults and derived values, then check limits and rules between columns.

    `first` are columns that are true where a cell could not be read.
    """
    table = _with_defaults(build.spec, table)
    if build.spec.name == "outcome":
        table = _with_rates(build, table)
    money: tuple[Check, ...] = ()
    if build.spec.name == "engagement":
        converted = in_reporting_currency(table, build.parents.get("fx_rate"), build.study)
        table, money = converted.table, converted.checks
    if build.spec.name == "public_disclosure":
        converted = with_disclosed_rates(table, build.parents.get("fx_rate"), build.study)
        table, money = converted.table, converted.checks
    given = {c.name: table[f"given_{c.name}"] for c in build.spec.data_columns}
    checks = [
        check
        for column in build.spec.data_columns
        for check in limit_checks(table[column.name], column, build.study.as_of)
    ]
    checks += [rule_check(rule, table, given) for rule in build.spec.meta.rules]
    checks += [*_window_checks(build, table), *money]
    if build.spec.name == "outcome":
        checks += [*_measure_checks(table), *unfinished(build.study, table)]
    other = Rule(None, "where", "is left out by mapping.where", "nothing to do", "out_of_window")
    later = _recorded_later(build, table)
    left_out = build.catalogue.failures([Check(other, ~table.is_kept), *later])
    known = reduce(and_, [~check.fails for check in later], table.is_kept)
    read = [Check(rule, table[name]) for name, rule in first.items()]
    checks = [*read, *checks]
    numbers = ibis.ifelse(known, build.catalogue.failures(checks), left_out)
    marked = table.mutate(is_known=known, is_broken=~known | any_fails(checks))
    words = marked.mutate(**{FAILURES: ibis.ifelse(marked.is_broken, numbers, "")})
    return words.select(*build.spec.column_names, IS_BROKEN, FAILURES, is_kept=words.is_known)


def _recorded_later(build: Build, table: ibis.Table) -> list[Check]:
    """Rows that nobody knew of at the study's clock: no other check is made of them."""
    name = build.spec.meta.recorded_column
    if name is None:
        return []
    told = f"{name} is after the study's as_of: the row is not known yet"
    rule = Rule(name, NOT_YET_RECORDED, told, "nothing, or set a later as_of", "out_of_window")
    is_later = table[name] > ibis.literal(build.study.as_of)
    return [Check(rule, table.is_kept & is_later.fill_null(NO))]


def _with_defaults(spec: TableSpec, table: ibis.Table) -> ibis.Table:
    defaults = {
        c.name: ibis.ifelse(
            table[f"given_{c.name}"], table[c.name], ibis.literal(c.default, type=TYPES[c.kind])
        )
        for c in spec.data_columns
        if c.default is not None
    }
    return table.mutate(**defaults) if defaults else table


def _with_rates(build: Build, table: ibis.Table) -> ibis.Table:
    """Give every observed rate its value: numerator / denominator times the measure's scale."""
    measure = build.parents.get("measure")
    limits = {
        "scale": "float64",
        "valid_min": "float64",
        "valid_max": "float64",
        "period": "string",
    }
    if measure is None:
        table = table.mutate(**{name: ibis.null(kind) for name, kind in limits.items()})
    else:
        known = measure.select("measure_id", *limits)
        table = table.left_join(known, "measure_id").drop("measure_id_right")
    rate = table.numerator / table.denominator.nullif(0) * table.scale.fill_null(1.0)
    is_rate = table.status.isin(RATE_STATUS) & rate.notnull()
    both = table.given_numerator & table.given_denominator & table.status.isin(RATE_STATUS)
    return table.mutate(
        value=ibis.ifelse(is_rate, rate, table.value),
        given_value=table.given_value | both.fill_null(NO),
    )


def _window_checks(build: Build, table: ibis.Table) -> list[Check]:
    name = build.spec.meta.window_column
    if name is None:
        return []
    window = build.study.window
    before = table[name].between(ibis.literal(FIRST_DATE), ibis.literal(window.start - DAY))
    after = table[name].between(ibis.literal(window.end + DAY), ibis.literal(build.study.as_of))
    told = f"{name} is outside the study's window"
    rule = Rule(
        name, "out_of_window", told, "nothing, or widen window in study.yaml", "out_of_window"
    )
    return [Check(rule, before | after)]


def _measure_checks(table: ibis.Table) -> list[Check]:
    low = Rule(
        "value", "valid_min", "value must not be below valid_min of its measure", "correct it"
    )
    high = Rule(
        "value", "valid_max", "value must not be above valid_max of its measure", "correct it"
    )
    return [
        Check(low, table.value < table.valid_min),
        Check(high, table.value > table.valid_max),
    ]
