"""Asset checks made from the schemas; every result is kept for the audit before publication."""

from collections.abc import Mapping
from typing import Any

import dagster as dg
import ibis

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
        additional_ins={"accepted": dg.AssetIn(f"core_{table}")},
    )
    def check(study_run: dg.ResourceParam[StudyRun], accepted: ibis.Table) -> dg.AssetCheckResult:
        broken = contract_violations(table, accepted)
        return recorded(study_run, f"core_{table}_is_valid", not broken, {"rules_broken": broken})

    return check
