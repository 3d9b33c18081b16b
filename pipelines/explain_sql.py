"""SQL that an analyst can run on the published tables to see the rows behind a number."""

from functools import cache
from importlib.resources import files
from string import Template
from typing import Any

import yaml

from schemas.findings import Effect
from schemas.indicators import INDICATORS, IndicatorSpec


def indicator_sql(indicator_id: str) -> list[str]:
    """One query that gives the overall row, or one per table with the columns it is made of.

    Partners are counted as they are; a study with `partner_level: parent` counts their parents.
    """
    texts = _texts()
    if is_exact(indicator_id):
        found = texts["queries"][indicator_id]
        return [f"{texts['parts'][found['with']]}{found['query']}".strip()]
    return _columns_of(INDICATORS[indicator_id])


def is_exact(indicator_id: str) -> bool:
    """Whether one query gives the indicator's overall row."""
    return indicator_id in _texts()["queries"]


def effect_sql(effect: Effect) -> list[str]:
    """The outcomes of the effect with each unit's first exposed period, and its intervals."""
    names = {
        name: _quoted(getattr(effect, name)) for name in ("effect_id", "measure_id", "subgroup_id")
    }
    return [Template(text).substitute(names).strip() for text in _texts()["effect"]]


@cache
def _texts() -> dict[str, Any]:
    text = files("pipelines").joinpath("templates/explain.yaml").read_text(encoding="utf-8")
    read: dict[str, Any] = yaml.safe_load(text)
    return read


def _columns_of(spec: IndicatorSpec) -> list[str]:
    columns: dict[str, list[str]] = {}
    for field in dict.fromkeys((*spec.fields, *spec.optional)):
        table, column = field.split(".")
        columns.setdefault(table, []).append(column)
    text = Template(_texts()["columns"])
    return [
        text.substitute(columns=", ".join(names), view=_view(table)).strip()
        for table, names in columns.items()
    ]


def _view(table: str) -> str:
    return "engagement_with_kind" if table == "engagement" else f"core_{table}"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
