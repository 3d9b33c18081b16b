"""`advocacy design`: from a published run to what would settle its open questions."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from impact.design import Advice, Budget, OpenQuestion, Option, advise
from impact.draw import COLUMNS, draw_exposure, first_period
from impact.open_questions import open_questions
from intake.study import load_plan, load_study, plan_digest
from pipelines.errors import Exit, UserError
from pipelines.files import write_atomic
from pipelines.results import published_findings, published_folder
from pipelines.settings import Settings, run_command
from pipelines.workbench import published_tables
from reports.phrases import REASON_WORDS
from schemas.plan import Plan
from schemas.study import Study

TEMPLATE = "exposure_template.csv"
NAMES = {
    "randomised_arms": "half drawn by lot starts at once, half waits",
    "randomised_order": "four waves, their order drawn by lot, the last one waits",
    "staggered": "four waves in an order that is not drawn",
}
BASES = {
    "unknown": "order not documented",
    "policy": "order fixed by a documented rule",
    "randomised": "order drawn by lot and declared",
}
MANY = 2
"""With more open questions than this each has half of the repetitions."""


@dataclass(frozen=True)
class Designed:
    """The advice for every open question of a study, and where the template was written."""

    study: Study
    advice: tuple[Advice, ...]
    template: Path | None


def design_study(folder: Path, settings: Settings, out: Path | None = None) -> Designed:
    """Advise on the published run of a study and write the template of the roll-out.

    Raises:
        UserError: Nothing is published, or plan.yaml changed since (exit 2); what is published
            cannot be read (5).
    """
    study, plan = load_study(folder), load_plan(folder)
    published = published_folder(study.study_id, settings, folder)
    findings = published_findings(published)
    if plan is None or findings.provenance.plan_sha256 != plan_digest(folder):
        raise UserError(
            Exit.USAGE,
            "The published run was not made from this plan.",
            "The study folder has no plan.yaml, or another one than the run used.",
            f"Run the study again: {run_command(folder, settings)}",
        )
    questions = open_questions(findings.effects, published_tables(published), plan, study)
    advice = tuple(advise(question, _budget(plan, questions)) for question in questions)
    target = (out or settings.output / study.study_id / "design") / TEMPLATE
    return Designed(study, advice, _write(advice, plan, study, target))


def _budget(plan: Plan, questions: Sequence[OpenQuestion]) -> Budget:
    seed = plan.analysis.seed
    return Budget(seed=seed) if len(questions) <= MANY else Budget(100, 40, seed)


def _write(advice: Sequence[Advice], plan: Plan, study: Study, path: Path) -> Path | None:
    rng = np.random.default_rng(plan.analysis.seed)
    drawn = [draw_exposure(one, study, rng) for one in advice if one.recommended is not None]
    if not drawn:
        return None
    rows = pd.concat(drawn, ignore_index=True)[list(COLUMNS)]
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_atomic(path, rows.drop_duplicates().to_csv(index=False).encode())
    return path


def design_json(designed: Designed) -> dict[str, Any]:
    """The advice as plain values."""
    return {
        "study_id": designed.study.study_id,
        "first_period": first_period(designed.study),
        "template": str(designed.template) if designed.template else None,
        "questions": [_question_json(one) for one in designed.advice],
    }


def _question_json(advice: Advice) -> dict[str, Any]:
    question, ask = advice.question, advice.question.ask
    return {
        "effect_id": question.effect.effect_id,
        "verdict": question.effect.verdict,
        "reasons": list(question.effect.reasons),
        "smallest_worthwhile_effect": question.effect.smallest_worthwhile_effect,
        "units_not_yet_exposed": len(question.units),
        "history": asdict(ask.history) if ask else None,
        "lacking": list(question.lacking.reasons) if question.lacking else [],
        "options": [_option_json(option) for option in advice.options],
        "within_reach": [_option_json(option) for option in advice.within_reach],
        "recommended": _option_json(advice.recommended) if advice.recommended else None,
        "certainty_by_basis": dict(advice.bases),
    }


def _option_json(option: Option) -> dict[str, Any]:
    return {
        **asdict(option.roll_out),
        "effect": option.effect,
        "settles": option.settled.share,
        "finds_effect": option.settled.found,
        "shows_absence": option.settled.cleared,
        "certainty": option.certainty,
    }


def design_lines(designed: Designed) -> list[str]:
    """The advice for a person to read."""
    if not designed.advice:
        return ["Every question with a smallest worthwhile effect is settled: nothing to design."]
    lines = [line for one in designed.advice for line in _question_lines(one)]
    if designed.template is not None:
        lines += [
            f"Order drawn: {designed.template}",
            "  Add each new initiative to the initiative table and the plan, and freeze the plan",
            "  before any outcome of the roll-out is read.",
        ]
    return lines


def _question_lines(advice: Advice) -> list[str]:
    question, ask, effect = advice.question, advice.question.ask, advice.question.effect
    reasons = f" ({', '.join(effect.reasons)})" if effect.reasons else ""
    lines = [f"{effect.effect_id}: {effect.verdict.replace('_', ' ')}{reasons}"]
    if ask is None:
        lacking = question.lacking.reasons if question.lacking else ()
        told = "; ".join(f"{REASON_WORDS[reason]} ({reason})" for reason in lacking)
        return [*lines, f"  No history to design from: {told}."]
    noise, left = ask.history, len(question.units)
    lines += [
        f"  history: {noise.periods} {question.period}s, {left} units not yet exposed",
        f"  noise: SD {noise.sd:.3g} a {question.period}, correlation {noise.correlation:.2f}",
        f"  to settle an effect of {ask.target:g}, judged with {ask.family_size} open in all:",
    ]
    lines += [_option_line(option, question) for option in advice.options]
    lines += [] if advice.options else ["    no roll-out that was tried"]
    lines += [f"  within reach of the {left} units at hand:"]
    lines += [_option_line(option, question) for option in advice.within_reach]
    lines += [] if advice.within_reach else ["    none: too few units are left unexposed"]
    return [*lines, *_recommended_lines(advice)]


def _option_line(option: Option, question: OpenQuestion) -> str:
    roll_out = option.roll_out
    return (
        f"    effect {option.effect:.3g}: {roll_out.clusters} units, {roll_out.follow_up} "
        f"{question.period}s, {NAMES[roll_out.name]}; settles {option.settled.share:.0%}, "
        f"certainty up to {option.certainty}"
    )


def _recommended_lines(advice: Advice) -> list[str]:
    if advice.recommended is None:
        return []
    sure = "; ".join(f"{BASES[basis]}: {certainty}" for basis, certainty in advice.bases)
    return [
        "  recommended:",
        _option_line(advice.recommended, advice.question),
        f"  certainty of four waves with as many units: {sure}",
    ]


def design_text(designed: Designed, *, as_json: bool) -> str:
    """What the command prints."""
    if as_json:
        return json.dumps(design_json(designed))
    return "\n".join(design_lines(designed))
