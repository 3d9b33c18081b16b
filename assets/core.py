"""Core assets: our names, types and keys; what was set aside, with its reason; the accounts."""

from typing import Any

import dagster as dg
import ibis

from assets.catalog import core_schema, quarantine_schema
from assets.checks import described, recorded, table_checks
from assets.failures import telling
from assets.parts import common, layer, out
from assets.run import Notes, RowAccounts, StudyRun
from impact.kind import classify
from impact.kind_review import kinds_for_review
from intake.accounts import count_rows
from intake.core import build_core
from intake.digests import known_inputs
from intake.name_review import NAMED, name_notes
from intake.periods import period_notes
from intake.refusal import require_few_set_aside
from schemas.registry import TABLE_ORDER, TABLES


def _core_asset(table: str) -> dg.AssetsDefinition:
    ins = {"raw": dg.AssetIn(f"raw_{table}")} | {
        name: dg.AssetIn(f"core_{name}") for name in TABLES[table].parents
    }
    about = TABLES[table].description

    @dg.multi_asset(
        name=f"core_{table}",
        ins=ins,
        outs={
            f"core_{table}": out(
                "core", layer("core", core_schema(table)), about, "duckdb", "parquet"
            ),
            f"quarantine_{table}": out(
                "core",
                layer("quarantine", quarantine_schema()),
                f"Rows of {table} set aside, one per row and rule, with the original text.",
                "duckdb",
                "parquet",
            ),
        },
        partitions_def=common("core")["partitions_def"],
    )
    @telling()
    def core(
        study_run: dg.ResourceParam[StudyRun], raw: ibis.Table, **parents: ibis.Table
    ) -> tuple[ibis.Table, ibis.Table]:
        if published := study_run.published(f"core_{table}", f"quarantine_{table}"):
            return published[0], published[1]
        tables = build_core(table, raw, parents, study_run.study, study_run.backend)
        return tables.usable()

    return core


core_assets = [_core_asset(table) for table in TABLE_ORDER]
core_checks = [table_checks(table) for table in TABLE_ORDER]


@dg.asset(
    ins={
        f"{stage}_{table}": dg.AssetIn(f"{stage}_{table}")
        for table in TABLE_ORDER
        for stage in ("raw", "core", "quarantine")
    },
    metadata=layer("accounts"),
    **common("core", "duckdb"),
)
@telling()
def row_accounts(study_run: dg.ResourceParam[StudyRun], **tables: ibis.Table) -> RowAccounts:
    """Read = accepted + quarantined + superseded + out of window, per file, as known."""
    if (known := study_run.published_model("row_accounts", RowAccounts)) is not None:
        return known
    accounts = [
        account
        for table in TABLE_ORDER
        for account in count_rows(
            table, *(tables[f"{stage}_{table}"] for stage in ("raw", "core", "quarantine"))
        )
    ]
    raw, set_aside = (
        {table: tables[f"{stage}_{table}"] for table in TABLE_ORDER}
        for stage in ("raw", "quarantine")
    )
    require_few_set_aside(accounts, study_run.study, set_aside)
    inputs = known_inputs(study_run.source_folder, study_run.study, raw, set_aside)
    return RowAccounts(accounts=accounts, known_inputs=inputs)


@dg.asset_check(asset=row_accounts, blocking=True, metadata=described("core"))
def every_row_is_accounted_for(
    study_run: dg.ResourceParam[StudyRun], row_accounts: RowAccounts
) -> dg.AssetCheckResult:
    """No row is lost: a file whose account does not balance stops the run."""
    lost = [account.source_file for account in row_accounts.accounts if not account.is_balanced]
    detail: dict[str, Any] = {"files": len(row_accounts.accounts), "unbalanced": lost}
    return recorded(study_run, "every_row_is_accounted_for", not lost, detail)


@dg.asset(
    ins={f"core_{table}": dg.AssetIn(f"core_{table}") for table in (*NAMED, "alias")},
    metadata=layer("notes"),
    **common("core", "duckdb"),
)
def input_notes(
    study_run: dg.ResourceParam[StudyRun], quarantine_outcome: ibis.Table, **core: ibis.Table
) -> Notes:
    """What a reader must know of the rows: partial periods, look-alike names, merged partners."""
    if (known := study_run.published_model("input_notes", Notes)) is not None:
        return known
    accepted = {name.removeprefix("core_"): table for name, table in core.items()}
    return Notes(notes=[*period_notes(quarantine_outcome), *name_notes(accepted)])


@dg.asset(metadata=layer("core"), **common("core", "duckdb", "parquet"))
def engagement_with_kind(
    core_engagement: ibis.Table, core_partner: ibis.Table, core_kind_override: ibis.Table
) -> ibis.Table:
    """The engagement log, told apart: advocacy, research engagement, support, or neither."""
    return classify(core_engagement, core_partner, core_kind_override)


@dg.asset(name="kinds_for_review", metadata=layer("core"), **common("core", "duckdb", "parquet"))
def review_list(
    study_run: dg.ResourceParam[StudyRun], engagement_with_kind: ibis.Table
) -> ibis.Table:
    """Engagements of no clear kind, the most money first: what a person should decide."""
    return kinds_for_review(engagement_with_kind, study_run.study)
