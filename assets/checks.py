"""Asset checks made from the schemas; every result is kept for the audit before publication."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import dagster as dg
import ibis
import pandas as pd
import pandera.pandas as pa

from assets.parts import OWNERS
from assets.run import StudyRun
from intake.accounts import contract_violations
from intake.problems import Problem
from intake.reasons import quarantine_problems
from intake.stored import row_count

SHOWN_PROBLEMS = 10
MOST_ROWS = 10_000
"""Rows set aside beyond this many are counted, and not read for their reasons."""
NOTHING = "No row was set aside."


def recorded(
    study_run: StudyRun, name: str, passed: bool, detail: Mapping[str, Any]
) -> dg.AssetCheckResult:
    """A check result that the publication audit will read again."""
    study_run.record_check(name, passed, detail)
    return dg.AssetCheckResult(passed=passed, check_name=name, metadata=dict(detail))


def described(group: str) -> dict[str, str]:
    """Metadata that a check has where an asset has a group, kinds and owners."""
    return {"group": group, "kind": "pandera", "owner": OWNERS[0]}


def table_checks(table: str) -> dg.AssetChecksDefinition:
    """Two checks of a core table: accepted rows obey the model; no row had to be set aside.

    The first stops the run. The second warns, in the words of `advocacy validate`.
    """
    core, valid, aside = f"core_{table}", f"core_{table}_is_valid", f"{table}_rows_set_aside"

    @dg.multi_asset_check(
        name=f"core_{table}_checks",
        specs=[
            dg.AssetCheckSpec(
                valid,
                asset=core,
                blocking=True,
                description=f"Accepted rows of {table} obey schemas.core: types, values, keys.",
                metadata=described("core"),
            ),
            dg.AssetCheckSpec(
                aside,
                asset=core,
                additional_deps=[f"quarantine_{table}"],
                description=f"No row of {table} was set aside; else a warning says which and why.",
                metadata=described("core"),
            ),
        ],
        ins={"accepted": dg.AssetIn(core), "quarantine": dg.AssetIn(f"quarantine_{table}")},
    )
    def checks(
        study_run: dg.ResourceParam[StudyRun], accepted: ibis.Table, quarantine: ibis.Table
    ) -> Iterator[dg.AssetCheckResult]:
        yield contract_result(study_run, table, valid, accepted)
        yield set_aside_result(study_run, aside, quarantine)

    return checks


def contract_result(
    study_run: StudyRun, table: str, name: str, accepted: ibis.Table
) -> dg.AssetCheckResult:
    """Whether accepted rows obey the Pandera model; an error where they do not."""
    passed = study_run.published_check(name)
    if passed is not None:
        return recorded(study_run, name, passed=True, detail=passed)
    broken = contract_violations(table, accepted)
    return recorded(study_run, name, not broken, {"rules_broken": broken})


def set_aside_result(study_run: StudyRun, name: str, quarantine: ibis.Table) -> dg.AssetCheckResult:
    """Whether no row was set aside; a warning with file, row, column and remedy where one was."""
    count = row_count(quarantine)
    first = quarantine.order_by("source_file", "source_row").limit(MOST_ROWS)
    problems = quarantine_problems(study_run.study, first) if count else []
    return dg.AssetCheckResult(
        passed=not count,
        check_name=name,
        severity=dg.AssetCheckSeverity.WARN,
        description=told(problems) if count else NOTHING,
        metadata={"reasons_to_set_aside": count, "problems": problem_table(problems)},
    )


def told(problems: Sequence[Problem]) -> str:
    """The first problems as `advocacy validate` prints them, one line each."""
    lines = [str(problem) for problem in problems[:SHOWN_PROBLEMS]]
    more = len(problems) - SHOWN_PROBLEMS
    return "\n".join(
        [*lines, *[f"... and {more} more: advocacy validate lists them."] * (more > 0)]
    )


def problem_table(problems: Sequence[Problem]) -> dg.MetadataValue[Any]:
    """Problems with their rules and rows as a table; never what a cell says."""
    heads = ("where", "rule", "rows", "what is wrong", "what to do", "outcome")
    records = [
        dg.TableRecord(
            dict(
                zip(
                    heads,
                    (
                        ":".join(filter(None, (problem.source_file, problem.column))),
                        problem.rule,
                        rows_of(problem),
                        problem.message,
                        problem.remedy,
                        problem.outcome,
                    ),
                    strict=True,
                )
            )
        )
        for problem in problems[:SHOWN_PROBLEMS]
    ]
    schema = dg.TableSchema([dg.TableColumn(head) for head in heads])
    return dg.MetadataValue.table(records, schema=schema)


def rows_of(problem: Problem) -> str:
    """The rows of a problem as a spreadsheet numbers them, the first ten of many."""
    rows = problem.rows or (() if problem.row is None else (problem.row,))
    shown = ", ".join(str(row) for row in rows[:SHOWN_PROBLEMS])
    return shown if len(rows) <= SHOWN_PROBLEMS else f"{shown} … ({problem.count} in all)"


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
