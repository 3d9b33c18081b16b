"""Site files: what a site sends instead of rows, and several of them as one answer."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from pydantic import ValidationError

from impact.effect_data import EffectTables
from impact.model import NotEvaluable
from impact.prepare import find_measure
from impact.sufficient.site import merge_site_effects, site_effect
from intake.study import load_plan, load_study, plan_digest
from pipelines.errors import Exit, UserError
from pipelines.files import write_atomic
from pipelines.generation import run_record
from pipelines.results import published_folder
from pipelines.settings import Settings, run_command
from schemas.plan import Plan, PlannedEffect
from schemas.site_file import SiteEffect, SiteFile
from schemas.study import Study
from schemas.thresholds import Thresholds

SHARED = ("plan_sha256", "period", "window_start")
TABLES = ("panel", "panel_exposure", "panel_unit", "panel_measure")


@dataclass(frozen=True)
class Written:
    """A file as it was written, and the effects that could not be part of it, with reasons."""

    file: SiteFile
    left_out: dict[str, str]


def write_site(folder: Path, out: Path, settings: Settings, least: int | None) -> Written:
    """Write the statistics of every effect of a study's published run.

    `least` is the fewest clusters a cohort may have; by default the study's `small_cell`.

    Raises:
        UserError: There is no plan, nothing is published for it, a cohort is too small, or
            `out` cannot be written.
    """
    study, plan = load_study(folder), load_plan(folder)
    if plan is None:
        raise UserError(
            Exit.USAGE,
            "There is nothing to write.",
            "The study folder has no plan.yaml, and a site file answers a plan.",
            "Use the plan that all sites share.",
        )
    digest = plan_digest(folder)
    published = published_folder(study.study_id, settings, folder)
    _check_plan(published, digest, run_command(folder, settings))
    tables = {name: pd.read_parquet(published / "panel" / f"{name}.parquet") for name in TABLES}
    found = {effect.effect_id: _reduced(tables, effect, study) for effect in plan.effects}
    kept = [one for one in found.values() if isinstance(one, SiteEffect)]
    _check_size(kept, study.small_cell if least is None else least)
    file = SiteFile(
        sites=[study.study_id],
        plan_sha256=digest,
        period=study.period,
        window_start=study.window.start,
        effects=kept,
    )
    _write(out, file)
    return Written(file, _reasons(plan, found))


def merge_sites(paths: Sequence[Path], out: Path) -> SiteFile:
    """Merge site files into one: the answer of all their clusters together.

    Raises:
        UserError: A file is not a site file, or they answer different questions.
    """
    files = [_read(path) for path in paths]
    first = files[0]
    for name in SHARED:
        if any(getattr(one, name) != getattr(first, name) for one in files):
            raise _not_shared(name)
    sites = [site for one in files for site in one.sites]
    if len(set(sites)) < len(sites):
        raise UserError(
            Exit.DATA_REJECTED,
            "A site would be counted twice.",
            "Two of the files hold the same study_id.",
            "Give each site once; sites name themselves by study_id in study.yaml.",
        )
    ids = dict.fromkeys(effect.effect_id for one in files for effect in one.effects)
    merged = first.model_copy(
        update={"sites": sites, "effects": [_merged(effect_id, files) for effect_id in ids]}
    )
    _write(out, merged)
    return merged


def _reduced(
    tables: dict[str, pd.DataFrame], effect: PlannedEffect, study: Study
) -> SiteEffect | NotEvaluable:
    panel, exposure = tables["panel"], tables["panel_exposure"]
    is_mine = (panel["measure_id"] == effect.measure_id) & (panel["subgroup_id"] == "all")
    mine = EffectTables(
        panel=panel[is_mine],
        exposure=exposure[exposure["effect_id"] == effect.effect_id],
        unit=tables["panel_unit"],
    )
    measure = find_measure(tables["panel_measure"], effect.measure_id)
    return site_effect(mine, effect, measure, study, Thresholds())


def _reasons(plan: Plan, found: dict[str, SiteEffect | NotEvaluable]) -> dict[str, str]:
    reasons = {}
    for effect in plan.effects:
        lacking = found[effect.effect_id]
        if isinstance(lacking, NotEvaluable):
            reasons[effect.effect_id] = ", ".join([*lacking.reasons, *lacking.missing])
    return reasons


def _check_plan(published: Path, digest: str, command: str) -> None:
    made_from = run_record(published).get("made_from") or {}
    if made_from.get("plan_sha256") != digest:
        raise UserError(
            Exit.USAGE,
            "The published results do not answer this plan.",
            "plan.yaml changed after the run.",
            f"Run it again: {command}",
        )


def _check_size(effects: Sequence[SiteEffect], least: int) -> None:
    """Means and products of very few clusters give their rows away."""
    small = [effect for effect in effects if any(one.count < least for one in effect.cohorts)]
    if small:
        raise UserError(
            Exit.DATA_REJECTED,
            "The site file was not written.",
            f"{len(small)} of {len(effects)} effects have a cohort of fewer than {least} clusters.",
            "Where clusters are no persons and may be shown, allow fewer with --least.",
        )


def _merged(effect_id: str, files: Sequence[SiteFile]) -> SiteEffect:
    parts = [effect for one in files for effect in one.effects if effect.effect_id == effect_id]
    try:
        return merge_site_effects(parts)
    except ValueError as error:
        raise _not_shared(str(error)) from error


def _not_shared(name: str) -> UserError:
    return UserError(
        Exit.DATA_REJECTED,
        "The files cannot be merged.",
        f"They differ in {name}.",
        "Sites must run the same plan.yaml over the same window and periods.",
    )


def _read(path: Path) -> SiteFile:
    try:
        return SiteFile.model_validate_json(path.read_bytes())
    except ValidationError as error:
        where = {".".join(str(part) for part in one["loc"]) for one in error.errors()}
        raise UserError(
            Exit.DATA_REJECTED,
            f"{path.name} is not a site file.",
            f"Not as it must be: {', '.join(sorted(where - {''})[:5]) or 'its JSON'}.",
            "Write it again with: advocacy site write",
        ) from error


def _write(out: Path, file: SiteFile) -> None:
    text = json.dumps(file.model_dump(mode="json"), indent=1, sort_keys=True)
    write_atomic(out.absolute(), (text + "\n").encode())
