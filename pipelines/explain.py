"""`advocacy explain`: what is behind one number of a published run."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from difflib import get_close_matches
from importlib.resources import files
from pathlib import Path
from typing import Any

from intake.study import load_study
from pipelines.errors import Exit, UserError
from pipelines.explain_sql import effect_sql, indicator_sql
from pipelines.results import published_findings, published_folder
from pipelines.settings import Settings, find_study
from schemas.findings import Effect, Findings, Indicator
from schemas.indicators import INDICATORS
from schemas.vocabulary import Method

EFFECT_TABLES = ("exposure", "engagement", "outcome", "measure", "unit", "initiative")
FORMULAS: dict[Method, str] = {
    "randomised": "mean outcome of those exposed by lot minus mean outcome of the others, "
    "adjusted for the pre-period outcome when there is one",
    "group_time_did": "mean over exposed clusters minus mean over comparison clusters of (mean "
    "after the start minus mean of all periods before it); cohorts weighted by exposed clusters",
    "synthetic_did": "change of the exposed units minus change of a weighted mix of comparison "
    "units, periods before the start weighted too",
    "dose_did": "mean effect on the exposed clusters divided by their mean dose, times the dose "
    "contrast of the plan",
    "switching_did": "mean effect on the exposed clusters divided by their mean dose while "
    "exposed, times the dose contrast of the plan",
    "interrupted_series": "observed minus what level, trend and season before the start would "
    "have brought",
}


@dataclass(frozen=True)
class Input:
    """One source of a table the number is made from, and what became of its rows."""

    table: str
    source_file: str
    read: int
    accepted: int
    quarantined: int
    superseded: int
    out_of_window: int


@dataclass(frozen=True)
class Explained:
    """One number with what it is, how it came about and where its rows are.

    `rows` are the findings' own records: the effect of everyone and of each subgroup, or every
    row of the indicator.
    """

    study_id: str
    kind: str
    name: str
    definition: str
    formula: str
    rows: tuple[Effect, ...] | tuple[Indicator, ...]
    inputs: tuple[Input, ...]
    assumptions: tuple[str, ...]
    sql: tuple[str, ...]


def explain_number(study: str, wanted: str, settings: Settings) -> Explained:
    """What is behind an effect_id or an indicator_id of the published run of `study`.

    Raises:
        UserError: Nothing is published, or no effect or indicator has this id (exit 2); what is
            published cannot be read (5).
    """
    findings = published_findings(published_folder(study, settings))
    effects = tuple(e for e in findings.effects if e.effect_id == wanted)
    if effects:
        return _effect(findings, effects)
    rows = tuple(i for i in findings.indicators if i.indicator_id == wanted)
    if rows:
        return _indicator(findings, rows)
    raise _unknown(findings, wanted)


def _effect(findings: Findings, effects: tuple[Effect, ...]) -> Explained:
    effect = next((e for e in effects if e.subgroup_id == "all"), effects[0])
    return Explained(
        study_id=findings.study_id,
        kind="effect",
        name=f"{effect.initiative_name}: {effect.measure_name}",
        definition=f"Effect of the initiative on those exposed to it, in {effect.unit_label}.",
        formula=FORMULAS[effect.method] if effect.method else "not estimated",
        rows=effects,
        inputs=_inputs(findings, EFFECT_TABLES),
        assumptions=_assumptions(effect.method),
        sql=tuple(effect_sql(effect)),
    )


def _indicator(findings: Findings, rows: tuple[Indicator, ...]) -> Explained:
    spec = INDICATORS[rows[0].indicator_id]
    has_parts = spec.denominator != "-"
    return Explained(
        study_id=findings.study_id,
        kind="indicator",
        name=spec.name,
        definition=spec.definition,
        formula=f"{spec.numerator} / {spec.denominator}" if has_parts else spec.numerator,
        rows=rows,
        inputs=_inputs(findings, [field.split(".")[0] for field in spec.fields + spec.optional]),
        assumptions=(),
        sql=tuple(indicator_sql(spec.indicator_id)),
    )


def _inputs(findings: Findings, tables: Sequence[str]) -> tuple[Input, ...]:
    return tuple(
        Input(**account.model_dump())
        for table in dict.fromkeys(tables)
        for account in findings.row_accounts
        if account.table == table
    )


def _assumptions(method: Method | None) -> tuple[str, ...]:
    """What the method takes for granted: the generated copy of its page in docs/methods."""
    text = files("pipelines").joinpath("templates/assumptions.json").read_text(encoding="utf-8")
    known: dict[str, list[str]] = json.loads(text)
    return tuple(known.get(method or "", ()))


def _unknown(findings: Findings, wanted: str) -> UserError:
    known = {e.effect_id: None for e in findings.effects}
    known |= {i.indicator_id: None for i in findings.indicators}
    if wanted in INDICATORS:
        why = "The study does not select this indicator."
        remedy = "Add it to `indicators` in study.yaml and run the study again."
        return UserError(Exit.USAGE, f"'{wanted}' is not in the published run.", why, remedy)
    near = get_close_matches(wanted, known, n=3)
    remedy = f"Did you mean {' or '.join(near)}?" if near else f"Known ids: {', '.join(known)}."
    why = "It is neither an effect_id nor an indicator_id of the published run."
    return UserError(Exit.USAGE, f"There is no '{wanted}'.", why, remedy)


def explained_json(explained: Explained) -> dict[str, Any]:
    """The same as plain values; `rows` as they are in findings.json."""
    plain = asdict(explained) | {"rows": [row.model_dump(mode="json") for row in explained.rows]}
    return {
        name: list(value) if isinstance(value, tuple) else value for name, value in plain.items()
    }


def published_study(name: str, settings: Settings) -> str:
    """The id under which a study's results are kept; a name that has results is one itself.

    Raises:
        UserError: There is no such study, or nothing is published for it (exit 2).
    """
    if Path(name).name == name and (settings.output / name / "current").is_file():
        return name
    folder = find_study(name, settings)
    study_id = load_study(folder).study_id
    published_folder(study_id, settings, folder)
    return study_id
