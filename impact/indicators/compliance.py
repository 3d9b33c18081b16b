"""Q1: what each type of activity requires, and whether it is there."""

from collections.abc import Iterator, Mapping
from functools import reduce
from importlib.resources import files
from operator import and_, or_
from typing import Any

import ibis
import yaml

from impact.indicators.expressions import surely
from impact.indicators.made import share_of_cases
from impact.indicators.tables import IndicatorTables
from schemas.findings import Indicator
from schemas.study import Study
from schemas.vocabulary import REQUIREMENTS, SUPPORT_KINDS


def measure_compliance(tables: IndicatorTables) -> Iterator[Indicator]:
    """Activities with everything that their type requires, and each part of it."""
    rows = tables["engagement"]
    rows = rows.filter(rows.reverses_engagement_id.isnull() & ~rows.kind.isin(SUPPORT_KINDS))
    needs, has = _needs(rows, tables.study), _has(rows)
    counts = _complete(needs, has)
    for part in REQUIREMENTS:
        counts |= {f"asked_{part}": needs[part].sum()}
        counts |= {f"has_{part}": (needs[part] & has[part]).sum()}
    each = rows.group_by("initiative_id").agg(**counts).order_by("initiative_id").to_pandas()
    count = each.drop(columns="initiative_id").fillna(0).sum().astype(int)
    name, study = "q1.compliance_complete", tables.study
    yield share_of_cases(name, int(count["complete"]), int(count["asked"]), study)
    for part in REQUIREMENTS:
        pair = (int(count[f"has_{part}"]), int(count[f"asked_{part}"]))
        yield share_of_cases(name, *pair, study, {"part": part})
    named = each[each["initiative_id"].notna() & (each["asked"] > 0)]
    for row in named.itertuples():
        by = {"initiative_id": str(row.initiative_id)}
        yield share_of_cases(name, int(row.complete), int(row.asked), study, by)


def _complete(needs: dict[str, Any], has: dict[str, Any]) -> dict[str, Any]:
    """Activities that require anything, and those that have all of it."""
    is_asked: Any = reduce(or_, needs.values())
    is_complete = reduce(and_, [~needs[part] | has[part] for part in REQUIREMENTS])
    return {"asked": is_asked.sum(), "complete": (is_asked & is_complete).sum()}


def required_parts(study: Study) -> Mapping[str, tuple[str, ...]]:
    """What each activity type requires: the table of this folder, with the study's overrides."""
    text = files(__package__).joinpath("requirements.yaml").read_text(encoding="utf-8")
    table: dict[str, list[str]] = yaml.safe_load(text)
    own = {str(name): [str(part) for part in parts] for name, parts in study.requirements.items()}
    return {name: tuple(parts) for name, parts in (table | own).items()}


def _needs(rows: ibis.Table, study: Study) -> dict[str, Any]:
    """For each part, whether the row's type requires it."""
    required = required_parts(study)
    return {
        part: rows.activity_type.isin([n for n, parts in required.items() if part in parts] or [""])
        for part in REQUIREMENTS
    }


def _has(rows: ibis.Table) -> dict[str, Any]:
    """For each part, whether it is there; what is not known is not."""
    is_disclosed = rows.disclosed_date.notnull() | (rows.disclosure_scheme == "not_required")
    return {
        "agreement": surely(rows.has_written_agreement),
        "fair_market_value": surely(rows.paid_rate <= rows.fmv_rate),
        "approval": surely(rows.approval_date <= rows.start_date),
        "disclosure": surely(is_disclosed),
    }
