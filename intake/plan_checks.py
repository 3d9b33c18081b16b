"""What a plan or a study asks for that cannot be, and what is read and not used."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from intake.problems import Problem, nearest
from intake.yaml_file import Location, line_of
from schemas.indicators import INDICATORS
from schemas.plan import Plan, PlannedEffect
from schemas.registry import TABLES
from schemas.study import Study

PLAN_FILE = "plan.yaml"
STUDY_FILE = "study.yaml"
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


def unknown_ids(
    path: Path, plan: Plan, initiatives: Iterable[str], measures: Iterable[str]
) -> list[Problem]:
    """Initiatives and measures of the plan that no accepted row has: warnings."""
    known = {"initiative_id": set(initiatives), "measure_id": set(measures)}
    found = [
        (("effects", place, key), key)
        for place, effect in enumerate(plan.effects)
        for key, ids in known.items()
        if getattr(effect, key) not in ids
    ]
    lists = [
        (("effects", place, key), ids)
        for place, effect in enumerate(plan.effects)
        for key, ids in _listed(effect)
    ]
    others = known["measure_id"] | {effect.effect_id for effect in plan.effects}
    allowed = {"negative_controls": others, "covariates": known["measure_id"]}
    return [_id_warning(path, at, key) for at, key in found] + [
        _id_warning(path, at, "measure_id") for at, ids in lists if not ids <= allowed[at[2]]
    ]


def unknown_dimensions(path: Path, plan: Plan, dimensions: Iterable[str]) -> list[Problem]:
    """Dimensions of the plan that no accepted row of subgroup has: warnings."""
    known = sorted(set(dimensions))
    found = []
    for place, name in enumerate(plan.subgroups):
        if name not in known:
            at: Location = ("subgroups", place)
            near = nearest(name, known)
            remedy = f"did you mean {near}?" if near else "add its levels to subgroup"
            what = "is the dimension of no accepted row of subgroup"
            line = line_of(path, at)
            told = Problem(path.name, line, _dotted(at), "plan_id", what, remedy, "WARN")
            found.append(told)
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


def _listed(effect: PlannedEffect) -> tuple[tuple[str, set[str]], ...]:
    """The keys of an effect that list measures, and what they list."""
    analysis = effect.analysis
    return (
        ("negative_controls", set(analysis.negative_controls)),
        ("covariates", set(analysis.covariates)),
    )


def _id_warning(path: Path, at: Location, key: str) -> Problem:
    table = key.removesuffix("_id")
    what = f"names no accepted row of {table}"
    remedy = f"correct the id, or add it to {table}"
    return Problem(path.name, line_of(path, at), _dotted(at), "plan_id", what, remedy, "WARN")


def _unused(path: Path, at: Location) -> Problem:
    what = "is read, and changes nothing in this version"
    return Problem(path.name, line_of(path, at), _dotted(at), "unused", what, "leave it", "WARN")


def _dotted(at: Location) -> str:
    return ".".join(str(step) for step in at)
