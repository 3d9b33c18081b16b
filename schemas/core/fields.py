"""The kinds of column a core table may have, each with its type, checks and metadata."""

from typing import Any, get_args

import pandera.polars as pa

CODE_PATTERNS = {"currency": "^[A-Z]{3}$", "country": "^[A-Z]{2}$"}
MONEY_PRECISION = 18
MONEY_SCALE = 4


def identifier(
    description: str,
    *,
    references: str | None = None,
    exempt: tuple[str, ...] = (),
    nullable: bool = False,
) -> Any:
    """An id, always text; `references` names the table whose key it is, `exempt` needs no row."""
    return pa.Field(
        nullable=nullable,
        description=description,
        metadata={"kind": "id", "unit": "id", "references": references, "exempt": exempt},
    )


def text(description: str, *, nullable: bool = False) -> Any:
    """Free text, kept as it came."""
    return pa.Field(
        nullable=nullable, description=description, metadata={"kind": "text", "unit": "text"}
    )


def word(description: str, allowed: Any, *, nullable: bool = False) -> Any:
    """A word from a closed list: a `Literal` of `schemas.vocabulary`."""
    return pa.Field(
        nullable=nullable,
        isin=list(get_args(allowed)),
        description=description,
        metadata={"kind": "word", "unit": "word"},
    )


def code(description: str, of: str, *, nullable: bool = False) -> Any:
    """A currency (ISO 4217) or country (ISO 3166-1 alpha-2) code."""
    return pa.Field(
        nullable=nullable,
        str_matches=CODE_PATTERNS[of],
        description=description,
        metadata={"kind": "code", "unit": f"{of} code"},
    )


def date(description: str, *, nullable: bool = False, may_be_future: bool = False) -> Any:
    """A calendar date; `may_be_future` where a plan or a contract may reach beyond `as_of`."""
    return pa.Field(
        nullable=nullable,
        description=description,
        metadata={"kind": "date", "unit": "date", "may_be_future": may_be_future},
    )


def money(description: str, *, unit: str, nullable: bool = False, signed: bool = False) -> Any:
    """A decimal amount with four decimals; `unit` names the currency column, or the currency."""
    return pa.Field(
        nullable=nullable,
        ge=None if signed else 0,
        description=description,
        metadata={"kind": "money", "unit": unit},
    )


def number(
    description: str,
    *,
    unit: str,
    nullable: bool = False,
    default: float | None = None,
    **limits: float,
) -> Any:
    """A finite real number; `limits` are `ge`, `gt`, `le`, `lt`; `default` fills empty cells."""
    return pa.Field(
        nullable=nullable,
        description=description,
        metadata={"kind": "number", "unit": unit, "default": default},
        **limits,  # type: ignore[arg-type]  # a mapping of Field's own keyword names
    )


def count(description: str, *, unit: str, nullable: bool = False, **limits: float) -> Any:
    """A whole number, not below 0 unless `limits` say otherwise."""
    return pa.Field(
        nullable=nullable,
        description=description,
        metadata={"kind": "count", "unit": unit},
        **({"ge": 0} | limits),  # type: ignore[arg-type]  # a mapping of Field's own keyword names
    )


def flag(description: str, *, nullable: bool = False) -> Any:
    """A yes or no."""
    return pa.Field(
        nullable=nullable, description=description, metadata={"kind": "flag", "unit": "true/false"}
    )
