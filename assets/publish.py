"""Publication assets: the findings, the report, and the pointer to them."""

import dagster as dg
import ibis

from assets.core import core_assets
from assets.described import verdict_table
from assets.effect import effect_diagnostic, effect_estimate, effect_event_study, effect_interval
from assets.parts import common, layer
from assets.run import Effects, Indicators, Notes, Publication, RowAccounts, StudyRun
from impact.engine import build_findings
from impact.kind_review import review_notes
from reports.page import render_report
from reports.words import write_words
from schemas.findings import Findings
from schemas.registry import TABLE_ORDER

EXPECTED = (
    *(f"{stage}/{stage}_{table}.parquet" for table in TABLE_ORDER for stage in ("raw", "core")),
    *(f"quarantine/quarantine_{table}.parquet" for table in TABLE_ORDER),
    "core/kinds_for_review.parquet",
    "panel/panel.parquet",
    *(
        f"effect/effect_{name}.parquet"
        for name in ("estimate", "interval", "event_study", "diagnostic")
    ),
)
"""Files without which a run is not complete, and is not published."""


@dg.asset(metadata=layer("results"), **common("publish", "json"))
def findings(
    study_run: dg.ResourceParam[StudyRun],
    effects: Effects,
    indicators: Indicators,
    row_accounts: RowAccounts,
    input_notes: Notes,
    kinds_for_review: ibis.Table,
) -> Findings:
    """Every number that any reader sees, with the words made from them."""
    unclear = review_notes(kinds_for_review, study_run.study)
    numbers = build_findings(
        study_run.study,
        effects.effects,
        indicators.indicators,
        row_accounts.accounts,
        [*study_run.notes(), *input_notes.notes, *unclear],
        study_run.provenance(row_accounts.known_inputs),
    )
    return write_words(numbers)


@dg.asset(metadata=layer("results"), **common("publish", "plotly"))
def report(findings: Findings) -> str:
    """The report: one file, no network, generated from the findings alone."""
    return render_report(findings)


@dg.asset(
    deps=[
        report,
        effect_estimate,
        effect_interval,
        effect_event_study,
        effect_diagnostic,
        *core_assets,
    ],
    **common("publish", "file"),
)
def publication(
    study_run: dg.ResourceParam[StudyRun], findings: Findings
) -> dg.MaterializeResult[None]:
    """Audit the generation and make it the current one; a partial run publishes nothing."""
    published = study_run.publish(findings, EXPECTED)
    return dg.MaterializeResult(metadata=described(published, findings))


def described(published: Publication, findings: Findings) -> dict[str, dg.MetadataValue]:
    """What the catalog shows of a publication."""
    return {
        "is_published": dg.MetadataValue.bool(published.is_published),
        "reason": dg.MetadataValue.text(published.reason or "complete"),
        "findings_sha256": dg.MetadataValue.text(published.digest),
        "report": dg.MetadataValue.path(published.report_path),
        "verdicts": dg.MetadataValue.md(verdict_table(findings.effects)),
    }
