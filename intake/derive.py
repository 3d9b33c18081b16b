"""Columns that a source does not have, made from those it has, by a closed list of rules."""

import hashlib
from collections.abc import Sequence
from typing import Any

import ibis

from schemas.mapping import Derived

ID_DIGITS = 20
"""Hexadecimal digits of a stable id: 80 bits, so that 10 million names do not meet."""
BLANKS = (
    r"[\s\x{a0}\x{1680}\x{2000}-\x{200d}\x{2028}\x{2029}\x{202f}\x{205f}\x{2060}\x{3000}\x{feff}]+"
)
BETWEEN = "\x1f"
"""Stands between the parts of an id, so that ab + c is not a + bc."""

Value = Any
"""An Ibis column expression; Ibis has no checked types for them."""


def _python_sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _python_nfc(text: str) -> str:
    return text


sha256: Any = ibis.udf.scalar.builtin(_python_sha256, name="sha256")
nfc_normalize: Any = ibis.udf.scalar.builtin(_python_nfc, name="nfc_normalize")
"""DuckDB's own functions; the Python bodies only carry the types."""


def derived_text(rows: ibis.Table, rule: Derived, empty: Sequence[str] = ()) -> Value:
    """A derived column as text, null where none of its columns is filled.

    A cell that holds one of the words in `empty` is not filled.
    """
    if rule.rule == "row_id":
        return ibis.literal(rule.prefix).concat(
            rows.source_file, ":", rows.source_row.cast("string")
        )
    parts = [source_text(rows, name) for name in rule.columns]
    filled = [_filled(part.strip().nullif(""), empty) for part in parts]
    if rule.rule == "stable_id":
        return _stable_id(filled, rule.prefix)
    if rule.rule == "date":
        return _date(filled)
    if rule.rule == "join":
        return _joined(filled, rule.separator)
    if rule.rule == "if_filled":
        return ibis.ifelse(filled[0].notnull(), rule.then, ibis.literal(rule.otherwise, "string"))
    return parts[0] if rule.rule == "copy" else ibis.coalesce(*filled)


def source_text(rows: ibis.Table, name: str) -> Value:
    """A column of the source by its own name, in any case; null text where it has none."""
    spelling = {column.casefold(): column for column in rows.columns}
    found = spelling.get(name.casefold())
    return ibis.null("string") if found is None else rows[found].nullif("")


def _filled(text: Value, empty: Sequence[str]) -> Value:
    return ibis.ifelse(text.isin(empty), ibis.null("string"), text) if empty else text


def _stable_id(parts: list[Value], prefix: str) -> Value:
    plain = [nfc_normalize(part).re_replace(BLANKS, " ").strip().lower() for part in parts]
    known = ibis.coalesce(*plain).notnull()
    whole = _joined([part.fill_null("") for part in plain], BETWEEN)
    digits = ibis.literal(prefix).concat(sha256(whole).substr(0, ID_DIGITS))
    return ibis.ifelse(known, digits, ibis.null("string"))


def _date(parts: list[Value]) -> Value:
    """Year, month and day as ISO text; what is empty from the right is left out."""
    text = parts[0]
    for place, part in enumerate(parts[1:]):
        padded = ibis.ifelse(part.length() == 1, ibis.literal("0").concat(part), part)
        before = parts[place].notnull()
        text = ibis.ifelse(before & part.notnull(), text.concat("-", padded), text)
    return text


def _joined(parts: list[Value], separator: str) -> Value:
    """The filled parts with the separator between them; null where none is filled."""
    text = parts[0]
    for part in parts[1:]:
        both = text.concat(separator, part)
        text = ibis.cases((text.isnull(), part), (part.isnull(), text), else_=both)
    return text
