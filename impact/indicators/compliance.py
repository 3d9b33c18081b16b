"""Q1: what each type of activity requires, and whether it is there."""

from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Any

import ibis
import pandas as pd
import yaml

from impact.indicators.expressions import is_empty, is_given, surely
from impact.indicators.made import share_of_cases
from impact.indicators.tables import IndicatorTables
from schemas.findings import Indicator
from schemas.study import Study
from schemas.vocabulary import REQUIREMENTS, SUPPORT_KINDS


def measure_compliance(tables: IndicatorTables) -> Iterator[Indicator]:
    """Activities with everything that their type requires, and each part of it."""
    counts = _counts(tables)
    required = required_parts(tables.study)
    has = counts[list(REQUIREMENTS)].astype(bool)
    needs = pd.DataFrame(
        {
            part: counts["activity_type"].map(
                lambda name, part=part: part in required.get(name, ())
            )
            for part in REQUIREMENTS
        },
        dtype=bool,
    )
    asked = counts[needs.any(axis=1)]
    complete = (has | ~needs).all(axis=1)[asked.index]
    study = tables.study
    yield _share(asked, complete, {}, study)
    for part in REQUIREMENTS:
        yield _share(counts[needs[part]], has[part], {"part": part}, study)
    for initiative_id, mine in asked.groupby("initiative_id"):
        yield _share(mine, complete, {"initiative_id": str(initiative_id)}, study)


def _share(rows: pd.DataFrame, is_met: pd.Series, by: dict[str, str], study: Study) -> Indicator:
    met = rows.loc[is_met[rows.index], "n"]
    return share_of_cases("q1.compliance_complete", int(met.sum()), int(rows["n"].sum()), study, by)


def _counts(tables: IndicatorTables) -> pd.DataFrame:
    """Activities `n` by initiative, type, and whether each part is there; support left out."""
    rows = tables["engagement"]
    rows = rows.filter(is_empty(rows.reverses_engagement_id) & ~rows.kind.isin(SUPPORT_KINDS))
    keys = ["initiative_id", "activity_type", *REQUIREMENTS]
    rows = rows.mutate(**_has(rows))
    found: pd.DataFrame = rows.group_by(keys).agg(n=rows.count()).order_by(keys).to_pandas()
    return found


def required_parts(study: Study) -> Mapping[str, tuple[str, ...]]:
    """What each activity type requires: the table of this folder, with the study's overrides."""
    text = files(__package__).joinpath("requirements.yaml").read_text(encoding="utf-8")
    table: dict[str, list[str]] = yaml.safe_load(text)
    own = {str(name): [str(part) for part in parts] for name, parts in study.requirements.items()}
    return {name: tuple(parts) for name, parts in (table | own).items()}


def _has(rows: ibis.Table) -> dict[str, Any]:
    """For each part, whether it is there; what is not known is not."""
    is_disclosed = is_given(rows.disclosed_date) | (rows.disclosure_scheme == "not_required")
    return {
        "agreement": surely(rows.has_written_agreement),
        "fair_market_value": surely(rows.paid_rate <= rows.fmv_rate),
        "approval": surely(rows.approval_date <= rows.start_date),
        "disclosure": surely(is_disclosed),
    }
