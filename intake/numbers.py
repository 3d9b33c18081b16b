"""Numbers and amounts as a source writes them: declared signs only, exact for money."""

import re
from decimal import Decimal
from typing import Any

import ibis

from intake.decimals import MONEY, RATE, exact_product
from schemas.core.fields import MONEY_PRECISION, MONEY_SCALE
from schemas.mapping import NumberFormat
from schemas.registry import ColumnSpec

WHOLE = MONEY_PRECISION - MONEY_SCALE
MONEY_PATTERN = rf"^[+-]?\d{{1,{WHOLE}}}(?:\.\d{{1,{MONEY_SCALE}}})?$"
ROUNDED_PATTERN = rf"^[+-]?\d{{1,{WHOLE - 1}}}(?:\.\d{{1,30}})?$"
NUMBER_PATTERN = r"^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?$"
COUNT_PATTERN = r"^[+-]?\d{1,18}$"
MINOR_PATTERN = rf"^[+-]?\d{{1,{WHOLE}}}$"
BLANKS = r"[ \x{a0}\x{2009}\x{202f}]"
APOSTROPHES = r"['\x{2019}]"
MINOR_DIGITS: dict[int, str] = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
"""Decimals of the currencies of ISO 4217 that do not have two."""

Value = Any
"""An Ibis column expression; Ibis has no checked types for them."""


def read_number(text: Value, column: ColumnSpec, style: NumberFormat, currency: Value) -> Value:
    """A number of the column's type, null where the text is not one as declared.

    `currency` is the code that minor units are counted in; other numbers do not need it.
    """
    plain = _plain(text, style)
    if column.kind == "money":
        return _amount(plain, style, currency)
    if column.kind == "count":
        return _shaped(plain, COUNT_PATTERN).try_cast("int64")
    value = _shaped(plain, NUMBER_PATTERN).try_cast("float64")
    value = ibis.ifelse(value.isinf() | value.isnan(), ibis.null("float64"), value)
    return value / 100 if style.percent else value


def _amount(plain: Value, style: NumberFormat, currency: Value) -> Value:
    if style.money == "minor":
        return exact_product(_shaped(plain, MINOR_PATTERN).try_cast(MONEY), _minor_unit(currency))
    pattern = ROUNDED_PATTERN if style.rounding == "half_up" else MONEY_PATTERN
    return _shaped(plain, pattern).try_cast(MONEY)


def _minor_unit(currency: Value) -> Value:
    """What one minor unit is of the whole: null where no currency is given."""
    known = [
        (currency.isin(codes.split()), _unit(digits)) for digits, codes in MINOR_DIGITS.items()
    ]
    return ibis.cases(*known, (currency.notnull(), _unit(2)))


def _unit(digits: int) -> Value:
    return ibis.literal(str(Decimal(1).scaleb(-digits))).cast(RATE)


def _shaped(text: Value, pattern: str) -> Value:
    return ibis.ifelse(text.re_search(pattern), text, ibis.null("string"))


def _plain(text: Value, style: NumberFormat) -> Value:
    """The text with a decimal point and a minus sign only, null where its signs are misplaced."""
    text = _without_currency(text, style)
    if style.brackets:
        text = text.re_replace(r"^\(\s*([^()+-].*?)\s*\)$", r"-\1")
    if style.percent:
        text = text.re_replace(r"\s*%$", "")
    if style.thousands:
        return _ungrouped(text, style)
    return text if style.decimal == "." else text.translate(".,", ",.")


def _without_currency(text: Value, style: NumberFormat) -> Value:
    """Leave out one declared sign before or after the number, inside or outside brackets."""
    if not style.currency:
        return text
    signs = "|".join(re.escape(sign) for sign in sorted(style.currency, key=len, reverse=True))
    before = rf"^([(+-]?)\s*(?:{signs}){BLANKS}*([(+-]?[0-9.,])"
    after = rf"([0-9.,]\)?){BLANKS}*(?:{signs})(\)?)$"
    replaced = text.re_replace(before, r"\1\2")
    return ibis.ifelse(replaced == text, text.re_replace(after, r"\1\2"), replaced)


def _ungrouped(text: Value, style: NumberFormat) -> Value:
    """Without the signs between groups of three digits; null where groups are not of three."""
    group = {" ": BLANKS, "'": APOSTROPHES}.get(style.thousands, re.escape(style.thousands))
    point = re.escape(style.decimal)
    shape = rf"^[+-]?(?:\d{{1,3}}(?:{group}\d{{3}})+|\d+)(?:{point}\d*)?$"
    bare = _shaped(text, shape).re_replace(group, "")
    return bare if style.decimal == "." else bare.replace(",", ".")
