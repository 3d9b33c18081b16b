"""What the catalog shows of an output: counts, effects as numbers, verdicts, the forest plot.

Rows are previewed only of tables whose numbers are published anyway, and of the panel without
its units and without every count or outcome that fewer persons than `small_cell` stand behind.
"""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import dagster as dg
import pandas as pd

from assets.catalog import frame_schema
from assets.run import Effects, Indicators, Notes, RowAccounts
from reports.charts import build_forest
from reports.forest_svg import WIDE, draw_forest
from reports.phrases import VERDICT_WORDS
from schemas.findings import Effect, Findings

PREVIEWED = 10
HIDDEN_IN_PANEL = ("outcome", "person_count", "denominator", "lower_bound", "upper_bound")
BOUNDS = {"estimate": "estimate", "ci_low": "low", "ci_high": "high"}
Metadata = dict[str, dg.MetadataValue[Any]]


def describe(name: str, made: object, small_cell: int) -> Metadata:
    """Metadata of one output; empty where its row count says all."""
    if isinstance(made, pd.DataFrame):
        return describe_frame(name, made, small_cell)
    told: Metadata = {}
    match made:
        case RowAccounts():
            told = describe_accounts(made)
        case Effects():
            told = effect_numbers(made.effects)
        case Indicators():
            told = describe_indicators(made)
        case Notes():
            told = {"notes": dg.MetadataValue.md(_bullets(made.notes) or "Nothing to tell.")}
        case Findings():
            told = describe_findings(made)
    return told


def describe_frame(name: str, frame: pd.DataFrame, small_cell: int) -> Metadata:
    """The first rows of the panel and of effect tables; of others the columns."""
    if name == "panel":
        return {"preview": preview(suppressed(frame, small_cell))}
    if name.startswith("effect_"):
        return {"preview": preview(frame)}
    return {"dagster/column_schema": dg.MetadataValue.table_schema(frame_schema(frame))}


def describe_indicators(made: Indicators) -> Metadata:
    """How many indicators have a value, and how many have only a reason why not."""
    known = sum(indicator.status == "OK" for indicator in made.indicators)
    return {"evaluated": _count(known), "not_evaluated": _count(len(made.indicators) - known)}


def describe_accounts(made: RowAccounts) -> Metadata:
    """Rows read, accepted and set aside: in all, and by file."""
    accounts = made.accounts
    names = ("read", "accepted", "quarantined", "superseded", "out_of_window")
    totals = {f"rows_{name}": sum(getattr(row, name) for row in accounts) for name in names}
    frame = pd.DataFrame([row.model_dump() for row in accounts])
    shown = {"by_file": preview(frame, most=len(frame))} if accounts else {}
    return {name: _count(total) for name, total in totals.items()} | shown


def effect_numbers(effects: Sequence[Effect]) -> Metadata:
    """Estimate and bounds of each effect as numbers, so that the catalog plots them over time."""
    numbers = {
        f"{_label(effect)} {word}": getattr(effect, field)
        for effect in effects
        for field, word in BOUNDS.items()
    }
    found = {k: dg.MetadataValue.float(v) for k, v in numbers.items() if v is not None}
    return {"verdicts": dg.MetadataValue.md(verdict_table(effects)), **found}


def describe_findings(findings: Findings) -> Metadata:
    """The headline, the verdicts in words, and the forest plot as an image."""
    told: Metadata = {
        "headline": dg.MetadataValue.text(findings.headline.text),
        "verdicts": dg.MetadataValue.md(verdict_table(findings.effects)),
    }
    chart = build_forest(findings)
    if chart is not None:
        image = base64.b64encode(draw_forest(chart, WIDE).encode()).decode()
        words = f"![Forest plot](data:image/svg+xml;base64,{image})"
        told["forest_plot"] = dg.MetadataValue.md(words)
    return told


def describe_file(path: Path) -> Metadata:
    """Where a file is, its size and its digest."""
    content = path.read_bytes()
    return {
        "path": dg.MetadataValue.path(path),
        "size_in_bytes": _count(len(content)),
        "sha256": dg.MetadataValue.text(hashlib.sha256(content).hexdigest()),
    }


def verdict_table(effects: Sequence[Effect]) -> str:
    """Verdicts as a Markdown table, in the order of the plan."""
    if not effects:
        return "No effect is planned."
    rows = [
        f"| {_cell(_label(e))} | {_number(e)} | {VERDICT_WORDS[e.verdict]} | "
        f"{(e.certainty or 'none').replace('_', ' ')} | {', '.join(e.reasons) or 'none'} |"
        for e in effects
    ]
    head = ["| effect | estimate | verdict | certainty | reasons |", "|---|---|---|---|---|"]
    return "\n".join([*head, *rows])


def suppressed(panel: pd.DataFrame, small_cell: int) -> pd.DataFrame:
    """The panel without its units, and without cells of fewer than `small_cell` persons.

    A cell of which nobody said how many persons stand behind it counts as one of few.
    """
    persons = panel[["person_count", "denominator"]].min(axis=1)
    is_shown = (persons >= small_cell) & ~panel["is_suppressed"]
    hidden = {name: panel[name].where(is_shown) for name in HIDDEN_IN_PANEL}
    return panel.drop(columns="unit_id").assign(**hidden)


def preview(frame: pd.DataFrame, most: int = PREVIEWED) -> dg.MetadataValue[Any]:
    """The first rows as a table; an empty cell is null."""
    rows = frame.head(most).astype(object)
    cells = rows.where(rows.notna(), None).to_dict("records")
    return dg.MetadataValue.table([_record(row) for row in cells], schema=frame_schema(frame))


def _record(row: Mapping[Any, Any]) -> dg.TableRecord:
    plain = {name: getattr(cell, "item", lambda c=cell: c)() for name, cell in row.items()}
    return dg.TableRecord({str(name): cell for name, cell in plain.items()})


def _count(number: int) -> dg.MetadataValue[Any]:
    return dg.MetadataValue.int(number)


def _label(effect: Effect) -> str:
    part = "" if effect.subgroup_id == "all" else f" [{effect.subgroup_id}]"
    return f"{effect.effect_id}{part}"


def _number(effect: Effect) -> str:
    if effect.estimate is None:
        return "none"
    known = effect.ci_low is not None
    between = f" ({effect.ci_low:.4g} to {effect.ci_high:.4g})" if known else ""
    return f"{effect.estimate:.4g}{between} {_cell(effect.unit_label)}"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _bullets(lines: Sequence[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)
