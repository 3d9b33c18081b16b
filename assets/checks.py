"""Asset checks made from the schemas; every result is kept for the audit before publication."""

from collections.abc import Mapping
from typing import Any

import dagster as dg
import ibis
import pandas as pd
import pandera.pandas as pa

from assets.run import StudyRun
from intake.accounts import contract_violations


def recorded(
    study_run: StudyRun, name: str, passed: bool, detail: Mapping[str, Any]
) -> dg.AssetCheckResult:
    """A check result that the publication audit will read again."""
    study_run.record_check(name, passed, detail)
    return dg.AssetCheckResult(passed=passed, metadata=dict(detail))


def contract_check(table: str) -> dg.AssetChecksDefinition:
    """A blocking check that accepted rows of `table` obey the Pandera model."""

    @dg.asset_check(
        asset=f"core_{table}",
        name=f"core_{table}_is_valid",
        blocking=True,
        description=f"Accepted rows of {table} obey schemas.core: types, values, keys.",
    )
    def check(study_run: dg.ResourceParam[StudyRun], accepted: ibis.Table) -> dg.AssetCheckResult:
        name = f"core_{table}_is_valid"
        passed = study_run.published_check(name)
        if passed is not None:
            return recorded(study_run, name, passed=True, detail=passed)
        broken = contract_violations(table, accepted)
        return recorded(study_run, name, not broken, {"rules_broken": broken})

    return check


def frame_violations(model: type[pa.DataFrameModel], frame: pd.DataFrame) -> list[str]:
    """What a Pandera model finds in a small table: column, rule and count, never a value."""
    try:
        model.validate(frame, lazy=True)
    except pa.errors.SchemaErrors as errors:
        counts = errors.failure_cases.groupby(["column", "check"], dropna=False).size()
        return [
            f"{column}: {check} fails {count} times" for (column, check), count in counts.items()
        ]
    return []
