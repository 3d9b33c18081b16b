"""What a plan or a study asks for that cannot be, and what is read and not used."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

import ibis

from intake.problems import Problem, Rejected, nearest
from intake.yaml_file import Location, line_of
from schemas.indicators import INDICATORS
from schemas.plan import Plan, PlannedEffect
from schemas.registry import TABLES
from schemas.study import Study

PLAN_FILE = "plan.yaml"
STUDY_FILE = "study.yaml"
UNKNOWN_NAME = "plan_id"
NAMED = {"initiative": "initiative_id", "measure": "measure_id", "subgroup": "dimension"}
"""Tables whose rows a plan names, and by which column."""
MAY_EXCLUDE = ("outcome", "exposure")
"""Tables whose rows a plan can leave out."""


def plan_problems(path: Path, plan: Plan) -> list[Problem]:
    """Exclusions, selections of units and covariates that cannot be, with their lines."""
    found: list[tuple[Location, str, str]] = []
    for place, exclusion in enumerate(plan.exclusions):
        at: Location = ("exclusions", place)
        if exclusion.table not in MAY_EXCLUDE:
            near = nearest(exclusion.table, MAY_EXCLUDE) if exclusion.table not in TABLES else None
            remedy = f"did you mean {near}?" if near else f"use one of {', '.join(MAY_EXCLUDE)}"
            found.append(((*at, "table"), f"{exclusion.table} has no rows to exclude", remedy))
            continue
        found += _unknown_columns(exclusion.table, exclusion.where, (*at, "where"))
    for place, effect in enumerate(plan.effects):
        found += _unknown_columns("unit", effect.analysis.units.where, ("effects", place, "units"))
        found += _outcome_again(effect, ("effects", place))
    return [
        Problem(path.name, line_of(path, at), _dotted(at), "plan", what, remedy)
        for at, what, remedy in found
    ]


def _outcome_again(effect: PlannedEffect, at: Location) -> list[tuple[Location, str, str]]:
    """An outcome is no covariate of itself: adjusting for it would take the effect away."""
    if effect.measure_id not in effect.analysis.covariates:
        return []
    what = "covariates name the effect's own measure"
    return [((*at, "covariates"), what, "name another measure, or none")]


def indicator_problems(path: Path, study: Study) -> list[Problem]:
    """Indicators that `study.yaml` selects and the registry does not have, with their lines."""
    asked = [] if study.indicators == "all" else study.indicators
    found = []
    for place, name in enumerate(asked):
        if name not in INDICATORS:
            at: Location = ("indicators", place)
            near = nearest(name, INDICATORS)
            remedy = (
                f"did you mean {near}?" if near else "see Indicators in docs/data_dictionary.md"
            )
            what = "is the id of no indicator"
            found.append(Problem(path.name, line_of(path, at), _dotted(at), "value", what, remedy))
    return found


def unknown_names(
    path: Path, plan: Plan, study: Study, accepted: Mapping[str, ibis.Table]
) -> list[Problem]:
    """What the plan names and no accepted row has; a plan is not frozen with it.

    `accepted` are core tables by name. Those that are not there, or that the study has no source
    of, are not asked; of dimensions that no table could have, there is a warning.
    """
    sources = {source.table for source in study.sources}
    known = {
        name: set(accepted[name][column].to_pyarrow().to_pylist())
        for name, column in NAMED.items()
        if name in accepted and name in sources
    }
    dimensions = known.pop("subgroup", None)
    found = []
    for place, effect in enumerate(plan.effects):
        at: Location = ("effects", place)
        for name, ids in known.items():
            asked = {f"{name}_id": ({getattr(effect, f"{name}_id")}, ids)}
            if name == "measure":
                others = ids | {other.effect_id for other in plan.effects}
                asked["negative_controls"] = set(effect.analysis.negative_controls), others
                asked["covariates"] = set(effect.analysis.covariates), ids
            found += [
                _unknown_id(path, (*at, key), name)
                for key, (named, allowed) in asked.items()
                if not named <= allowed
            ]
    told = _unknown_dimensions(path, plan, sorted(dimensions or ()))
    is_asked = dimensions is not None
    return found + (told if is_asked else [replace(one, outcome="WARN") for one in told])


def require_names(path: Path, plan: Plan, study: Study, accepted: Mapping[str, ibis.Table]) -> None:
    """Raise `Rejected` where a plan names what no accepted row has; arguments as before."""
    found = unknown_names(path, plan, study, accepted)
    refused = [problem for problem in found if problem.outcome == "REJECT_FILE"]
    if refused:
        raise Rejected(refused)


def _unknown_id(path: Path, at: Location, table: str) -> Problem:
    what = f"names no accepted row of {table}"
    remedy = f"correct the id, or add it to {table}"
    return Problem(path.name, line_of(path, at), _dotted(at), UNKNOWN_NAME, what, remedy)


def _unknown_dimensions(path: Path, plan: Plan, known: list[str]) -> list[Problem]:
    found = []
    for place, name in enumerate(plan.subgroups):
        if name not in known:
            at: Location = ("subgroups", place)
            near = nearest(name, known)
            remedy = f"did you mean {near}?" if near else "add its levels to subgroup"
            what = "is the dimension of no accepted row of subgroup"
            line = line_of(path, at)
            found.append(Problem(path.name, line, _dotted(at), UNKNOWN_NAME, what, remedy))
    return found


def unused_settings(folder: Path, study: Study, plan: Plan | None) -> list[Problem]:
    """Keys that are accepted and change nothing yet: warnings, so that nobody relies on them."""
    is_unused = study.engine != "duckdb"
    found = [_unused(folder / STUDY_FILE, ("engine",))] if is_unused else []
    if plan is None:
        return found
    asked = {key for effect in plan.effects for key in _unused_keys(effect)}
    path = folder / PLAN_FILE
    return found + [replace(_unused(path, (key,)), row=None) for key in sorted(asked)]


def _unused_keys(effect: PlannedEffect) -> set[str]:
    analysis = effect.analysis
    is_given = analysis.exposure_from == "table"
    basis = analysis.assignment.basis if analysis.assignment else None
    asked = {
        "assignment: randomised (the exposure table says it)": is_given and basis == "randomised",
        "carry_over": is_given and analysis.exposure_rule.carry_over > 0,
    }
    return {key for key, is_asked in asked.items() if is_asked}


def _unknown_columns(
    table: str, where: Iterable[str], at: Location
) -> list[tuple[Location, str, str]]:
    columns = [column.name for column in TABLES[table].data_columns]
    found = []
    for name in where:
        if name not in columns:
            near = nearest(name, columns)
            remedy = f"did you mean {near}?" if near else f"see {table} in docs/data_dictionary.md"
            found.append(((*at, name), f"{name} is not a column of {table}", remedy))
    return found


def _unused(path: Path, at: Location) -> Problem:
    what = "is read, and changes nothing in this version"
    return Problem(path.name, line_of(path, at), _dotted(at), "unused", what, "leave it", "WARN")


def _dotted(at: Location) -> str:
    return ".".join(str(step) for step in at)
