"""Effect tables: the effects of `findings.json` as flat tables for SQL and notebooks."""

from collections.abc import Sequence
from typing import Any, Literal

import pandas as pd
from pydantic import BaseModel

from schemas.findings import Diagnostic, Effect, EventTime, Interval

ListName = Literal["intervals", "event_study", "diagnostics"]
ROWS: dict[ListName, type[BaseModel]] = {
    "intervals": Interval,
    "event_study": EventTime,
    "diagnostics": Diagnostic,
}
KEY = ("effect_id", "subgroup_id")


def effect_estimates(effects: Sequence[Effect]) -> pd.DataFrame:
    """One row per effect and subgroup; `reasons` joined by blanks, spend in its currency."""
    names = [
        name
        for name, field in Effect.model_fields.items()
        if not str(field.annotation).startswith(("list", "<class 'schemas"))
    ]
    rows = [
        {
            **{name: getattr(effect, name) for name in names},
            "reasons": " ".join(effect.reasons),
            "spend": effect.cost.spend,
            "currency": effect.cost.currency,
        }
        for effect in effects
    ]
    return pd.DataFrame(rows, columns=[*names, "reasons", "spend", "currency"])


def effect_rows(effects: Sequence[Effect], name: ListName) -> pd.DataFrame:
    """One row per effect, subgroup and entry of one of its lists."""
    rows: list[dict[str, Any]] = [
        {**{key: getattr(effect, key) for key in KEY}, **entry.model_dump()}
        for effect in effects
        for entry in getattr(effect, name)
    ]
    return pd.DataFrame(rows, columns=[*KEY, *ROWS[name].model_fields])
