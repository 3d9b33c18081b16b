"""A source's text as text of our columns, and how each of them is written."""

from collections.abc import Mapping
from typing import Any

import ibis

from intake.derive import derived_text, source_text
from intake.parse import Cell, CellStyle
from schemas.date_formats import ISO, confusable
from schemas.mapping import Mapping as SourceMapping
from schemas.registry import ColumnSpec, TableSpec
from schemas.study import Source, Study

DERIVED_DATES = (ISO, "%Y-%m", "%Y")
PRECISION = "date_precision"
DATED_BY = "start_date"
"""The column whose format says how precise a row's dates are."""

Value = Any
"""An Ibis column expression; Ibis has no checked types for them."""


def mapped_texts(rows: ibis.Table, spec: TableSpec, mapping: SourceMapping) -> dict[str, Value]:
    """Each of our columns as text: a constant, derived, or the source's with its words mapped."""
    return {column.name: _mapped(rows, column, mapping) for column in spec.data_columns}


def cell_styles(
    spec: TableSpec,
    source: Source | None,
    mapping: SourceMapping,
    study: Study,
    texts: Mapping[str, Value],
) -> dict[str, CellStyle]:
    """How the cells of each of our columns are written in a source; `texts` are its cells."""
    has_typed_cells = source is not None and _has_typed_cells(source)
    return {
        column.name: CellStyle(
            dates=_date_formats(column, mapping, has_typed_cells=has_typed_cells),
            is_declared=column.name in mapping.derive
            or mapping.format.is_date_declared(column.name),
            number=mapping.format.number_format(column.name),
            currency=_currency(texts, column, mapping, study),
        )
        for column in spec.data_columns
    }


def with_precision(cells: Mapping[str, Cell], styles: Mapping[str, CellStyle]) -> dict[str, Cell]:
    """Fill `date_precision` from the format of the start date, where the study declares one."""
    if PRECISION not in cells or not styles[DATED_BY].is_declared:
        return dict(cells)
    own, start = cells[PRECISION], cells[DATED_BY]
    value = ibis.ifelse(own.given, own.value, start.precision)
    checks = tuple(check for check in own.checks if check.rule.name != "missing")
    return {**cells, PRECISION: Cell(own.given | start.given, value, checks)}


def needed_columns(spec: TableSpec, mapping: SourceMapping) -> set[str]:
    """Our columns whose source columns must be in the header."""
    asked = {*spec.required, *mapping.columns, *mapping.values, *mapping.derive}
    free = {*mapping.constants, *mapping.optional}
    free |= {name for name, derived in mapping.derive.items() if not derived.columns}
    if DATED_BY in mapping.derive or mapping.format.is_date_declared(DATED_BY):
        free |= {PRECISION} - set(mapping.columns)
    return asked - free


def is_kept(rows: ibis.Table, mapping: SourceMapping) -> Value:
    """Whether `where` keeps the row; its columns are the source's own, or ours."""
    kept: Any = ibis.literal(value=True)
    for name, words in mapping.where.items():
        own = name if name in rows.columns else mapping.columns.get(name, name)
        kept = kept & source_text(rows, own).isin(words).fill_null(ibis.literal(value=False))
    return kept


def _mapped(rows: ibis.Table, column: ColumnSpec, mapping: SourceMapping) -> Value:
    if column.name in mapping.constants:
        return ibis.literal(mapping.constants[column.name])
    empty = mapping.format.null_words(column.name)
    if column.name in mapping.derive:
        text = derived_text(rows, mapping.derive[column.name], empty)
    else:
        text = source_text(rows, mapping.columns.get(column.name, column.name))
    if empty:
        text = ibis.ifelse(text.strip().isin(empty), ibis.null("string"), text)
    words = mapping.values.get(column.name)
    if not words:
        return text
    return ibis.cases(*[(text == old, new) for old, new in words.items()], else_=text)


def _date_formats(
    column: ColumnSpec, mapping: SourceMapping, *, has_typed_cells: bool
) -> tuple[str, ...]:
    rule = mapping.derive.get(column.name)
    if rule is not None and rule.rule == "date":
        return DERIVED_DATES
    declared = mapping.format.date_formats(column.name)
    typed = mapping.format.typed_date
    if has_typed_cells and typed not in declared and confusable([typed, *declared]) is None:
        declared = [typed, *declared]
    return tuple(declared)


def _has_typed_cells(source: Source) -> bool:
    """Whether cells may be dates by type, which readers write as ISO text."""
    return not (source.path or "").lower().endswith((".csv", ".tsv", ".txt"))


def _currency(
    texts: Mapping[str, Value], column: ColumnSpec, mapping: SourceMapping, study: Study
) -> Value:
    """The currency code of an amount; none where its format does not ask for one."""
    style = mapping.format.number_format(column.name)
    if column.kind != "money" or not (style.currency or style.money == "minor"):
        return None
    if column.unit not in texts:
        return ibis.literal(study.currency)
    return texts[column.unit].strip()
