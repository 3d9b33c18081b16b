"""Exact products of money and a rate."""

from decimal import Decimal
from typing import Any

import ibis
import ibis.expr.datatypes as dt

from schemas.core.fields import MONEY_PRECISION, MONEY_SCALE

MONEY = f"decimal({MONEY_PRECISION}, {MONEY_SCALE})"
RATE = "decimal(20, 10)"
"""Ten decimals and as many digits before them; a product with money still fits 38 digits."""

Value = Any
"""An Ibis column expression; Ibis has no checked types for them."""


def _python_multiply(amount: Decimal, rate: Decimal) -> Decimal:
    return amount * rate


_multiply: Any = ibis.udf.scalar.builtin(
    _python_multiply,
    name="multiply",
    signature=((dt.dtype(MONEY), dt.dtype(RATE)), dt.dtype("decimal(38, 14)")),
)
"""DuckDB's own product; Ibis has none for decimals of two kinds."""


def exact_product(amount: Value, rate: Value) -> Value:
    """Amount times rate as money: all digits are kept, then rounded half up to four decimals.

    Null where the product has more digits than money may have.
    """
    return _multiply(amount.cast(MONEY), rate.cast(RATE)).try_cast(MONEY)
