"""The lot: which units start when, as an exposure table that is ready to be filled and used."""

import datetime as dt

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from impact.calendar import MONTHS, period_count, period_of, period_start
from impact.design import Advice, OpenQuestion, Option
from impact.model import NEVER
from schemas.study import Study

COLUMNS = (
    "initiative_id",
    "unit_id",
    "start_date",
    "dose",
    "assignment",
    "assignment_level",
    "assignment_probability",
)


def draw_exposure(advice: Advice, study: Study, rng: np.random.Generator) -> pd.DataFrame:
    """One row per unit that takes part, in order of unit: `COLUMNS`, the order drawn by lot.

    The roll-out is an initiative of its own, `<initiative>_rollout`: units that were exposed
    earlier are no part of it. Those who wait have dose 0 and the date of the first start.
    """
    best, question = advice.recommended, advice.question
    if best is None:
        return pd.DataFrame(columns=list(COLUMNS))
    drawn = rng.permutation(np.array(question.units, dtype=object))[: best.roll_out.clusters]
    return _rows(question, best, drawn, study)


def _rows(
    question: OpenQuestion, best: Option, drawn: NDArray[np.object_], study: Study
) -> pd.DataFrame:
    roll_out = best.roll_out
    waits = roll_out.cohort == NEVER
    stride = MONTHS[question.period] // MONTHS[study.period]
    begun = stride * (np.where(waits, roll_out.pre, roll_out.cohort) - roll_out.pre)
    first = first_period(study)
    rows = pd.DataFrame(
        {
            "initiative_id": f"{question.effect.initiative_id}_rollout",
            "unit_id": drawn,
            "start_date": [_date(first + int(wait), study) for wait in begun],
            "dose": np.where(waits, 0, 1),
            "assignment": "randomised",
            "assignment_level": "unit",
            "assignment_probability": np.round(1 - waits.mean(), 6),
        }
    )
    return rows.sort_values("unit_id", ignore_index=True)[list(COLUMNS)]


def first_period(study: Study) -> int:
    """The first period that begins after both the window and the study's clock."""
    return max(period_count(study), period_of(study.as_of, study) + 1)


def _date(period: int, study: Study) -> str:
    start: dt.date = period_start(period, study)
    return start.isoformat()
