"""Q2: what patients said, when, and what became of it; advice given in support is left out."""

from collections.abc import Iterator, Mapping
from functools import cached_property

import numpy as np
import pandas as pd

from impact.indicators.made import EMPTY, mean_of, not_evaluated, share_of_cases, value_of
from impact.indicators.tables import IndicatorTables
from schemas.findings import Indicator
from schemas.study import Study
from schemas.vocabulary import SUPPORT_KINDS, LifecyclePhase

UPSTREAM: tuple[LifecyclePhase, ...] = ("discovery", "preclinical", "phase1", "phase2")
NO_PHASE: tuple[LifecyclePhase, ...] = ("not_product_specific", "unknown")
ADOPTED = ("adopted", "adopted_modified")
QUARTILES = (0.25, 0.75)
DATES = ("received_date", "decision_date", "feedback_date")
TAKEN = (
    "input_id",
    "engagement_id",
    *DATES,
    "topic",
    "decision_area",
    "decision_status",
    "artefact_id",
    "influence_company",
    "influence_partner",
    "subgroup_id",
)


class Voice:
    """Pieces of advice with the phase and product of the engagement they were given in."""

    def __init__(self, tables: IndicatorTables) -> None:
        self.tables = tables

    @property
    def study(self) -> Study:
        """The study the advice belongs to."""
        return self.tables.study

    @cached_property
    def inputs(self) -> pd.DataFrame:
        """One row per piece of advice, in order of `input_id`; dates are timestamps."""
        linked = self.tables.linked
        linked = linked.filter(~linked.kind.isin(SUPPORT_KINDS))
        given = linked.select("engagement_id", "lifecycle_phase", "product_id")
        joined = self.tables["patient_input"].select(*TAKEN).join(given, "engagement_id")
        found: pd.DataFrame = joined.order_by("input_id").to_pandas()
        return found.assign(**{name: pd.to_datetime(found[name]) for name in DATES})

    @property
    def decided(self) -> pd.DataFrame:
        """Advice with a decision."""
        rows: pd.DataFrame = self.inputs[self.inputs["decision_status"] != "pending"]
        return rows

    @property
    def adopted(self) -> pd.DataFrame:
        """Advice that was adopted, as given or modified."""
        rows: pd.DataFrame = self.inputs[self.inputs["decision_status"].isin(ADOPTED)]
        return rows


def measure_phases(voice: Voice) -> Iterator[Indicator]:
    """How much advice is given upstream, and in each known phase."""
    phase = voice.inputs["lifecycle_phase"].dropna()
    known = phase[~phase.isin(NO_PHASE)]
    upstream = int(known.isin(UPSTREAM).sum())
    yield share_of_cases("q2.upstream_share", upstream, len(known), voice.study)
    for name, count in known.value_counts().sort_index().items():
        by = {"lifecycle_phase": str(name)}
        yield share_of_cases("q2.upstream_share", int(count), len(known), voice.study, by)


def measure_decisions(voice: Voice) -> Iterator[Indicator]:
    """Conversion, decisions, closing the loop and proof of change."""
    inputs, decided, adopted = voice.inputs, voice.decided, voice.adopted
    told, proven = decided["feedback_date"].notna(), adopted["artefact_id"].notna()
    yield share_of_cases("q2.conversion", len(adopted), len(inputs), voice.study)
    yield from _split("q2.conversion", inputs, inputs.index.isin(adopted.index), "topic", voice)
    yield share_of_cases("q2.decided_share", len(decided), len(inputs), voice.study)
    yield share_of_cases("q2.loop_closed", int(told.sum()), len(decided), voice.study)
    yield share_of_cases("q2.change_proven", int(proven.sum()), len(adopted), voice.study)
    phase = "lifecycle_phase"
    yield from _split("q2.conversion", inputs, inputs.index.isin(adopted.index), phase, voice)
    yield from _split("q2.decided_share", inputs, inputs.index.isin(decided.index), phase, voice)
    yield from _split("q2.change_proven", adopted, proven, phase, voice)


def _split(
    indicator_id: str,
    rows: pd.DataFrame,
    counts: "pd.Series | np.ndarray",
    column: str,
    voice: Voice,
) -> Iterator[Indicator]:
    """The share of rows that count, for each value of a column."""
    counted = rows.assign(counts=counts).groupby(column)["counts"].agg(["sum", "size"])
    for name, row in counted.sort_index().iterrows():
        by = {column: str(name)}
        yield share_of_cases(indicator_id, int(row["sum"]), int(row["size"]), voice.study, by)


def measure_days(voice: Voice) -> Iterator[Indicator]:
    """Days from receipt to decision: median and quartiles."""
    rows = voice.decided.dropna(subset="decision_date")
    days = (rows["decision_date"] - rows["received_date"]).dt.days
    name = "q2.days_to_decision"
    if days.empty:
        yield not_evaluated(name, EMPTY, voice.study)
        return
    yield value_of(name, float(days.median()), len(days), voice.study)
    for part in QUARTILES:
        by = {"quantile": str(part)}
        yield value_of(name, float(days.quantile(part)), len(days), voice.study, by)


def measure_influence(voice: Voice) -> Iterator[Indicator]:
    """The company's rating of its partners' influence minus the partners' own."""
    rated = voice.inputs.dropna(subset=["influence_company", "influence_partner"])
    gap = rated["influence_company"].astype(float) - rated["influence_partner"].astype(float)
    yield mean_of("q2.influence_gap", gap.tolist(), voice.study)


def measure_protocol_lock(voice: Voice) -> Iterator[Indicator]:
    """Whether products were discussed with patients before their protocol was fixed."""
    lock, first = _locks(voice), voice.inputs.groupby("product_id")["received_date"].min()
    heard = first.reindex(lock.index)
    days = (lock - heard).dt.days.dropna()
    name = "q2.first_touch_days"
    if days.empty:
        yield not_evaluated(name, EMPTY, voice.study)
    else:
        yield value_of(name, float(days.median()), len(days), voice.study)
    before = int((heard < lock).sum())
    yield share_of_cases("q2.program_coverage", before, len(lock), voice.study)


def _locks(voice: Voice) -> pd.Series:
    """First protocol lock of each product, on or before the study's clock."""
    event = voice.tables["product_event"]
    locks = event.filter(event.event == "protocol_lock", event.event_date <= voice.study.as_of)
    found = locks.select("product_id", "event_date").to_pandas()
    dates = pd.to_datetime(found["event_date"])
    first: pd.Series = dates.groupby(found["product_id"]).min().sort_index()
    return first


def measure_assumptions(voice: Voice) -> Iterator[Indicator]:
    """Decisions that no advice preceded."""
    table = voice.tables["decision"]
    decisions = table.filter(table.decision_date <= voice.study.as_of).to_pandas()
    decisions = decisions.assign(decision_date=pd.to_datetime(decisions["decision_date"]))
    given = voice.inputs["input_id"]
    is_linked = decisions["input_id"].isin(given[given.isin(decisions["input_id"].dropna())])
    heard = is_linked | decisions["decision_id"].isin(_preceded(decisions, voice))
    name = "q2.assumption_share"
    yield share_of_cases(name, int((~heard).sum()), len(decisions), voice.study)
    yield from _split(name, decisions, ~heard, "lifecycle_phase", voice)


def _preceded(decisions: pd.DataFrame, voice: Voice) -> set[str]:
    """Decisions with advice on their area, and product, in the 24 months up to their day."""
    given = voice.inputs.dropna(subset="decision_area").sort_values("received_date")
    has_product = decisions["product_id"].notna()
    of_product = given.dropna(subset="product_id")
    return {
        *_heard_in_time(decisions[~has_product], given, ["decision_area"]),
        *_heard_in_time(decisions[has_product], of_product, ["decision_area", "product_id"]),
    }


def _heard_in_time(decisions: pd.DataFrame, given: pd.DataFrame, keys: list[str]) -> set[str]:
    """Decisions of which the last advice before was received at most 24 months before."""
    if decisions.empty or given.empty:
        return set()
    asked = decisions[["decision_id", "decision_date", *keys]].sort_values("decision_date")
    last = pd.merge_asof(
        asked,
        given[["received_date", *keys]],
        left_on="decision_date",
        right_on="received_date",
        by=keys,
    )
    in_time = last["received_date"] >= last["decision_date"] - pd.DateOffset(months=24)
    return set(last.loc[in_time, "decision_id"])


def measure_representation(voice: Voice) -> Iterator[Indicator]:
    """Whose advice it is, against who lives with the condition."""
    heard = voice.inputs["subgroup_id"].dropna()
    need = voice.tables.need.groupby("subgroup_id")["prevalent_count"].sum()
    dimensions = voice.tables.dimensions
    counts = heard[heard.isin(dimensions.index)].value_counts()
    shown = sorted(set(dimensions[dimensions.index.isin(counts.index)]))
    if not shown:
        for name in ("q2.dissimilarity", "q2.participation_ratio"):
            yield not_evaluated(name, EMPTY, voice.study)
    for dimension in shown:
        members = sorted(dimensions.index[dimensions == dimension])
        given, wanted = (
            pd.Series({m: float(sums.get(m, 0)) for m in members}) for sums in (counts, need)
        )
        yield from _represented(dimension, given, wanted, voice)


def _represented(
    dimension: str, given: pd.Series, wanted: pd.Series, voice: Voice
) -> Iterator[Indicator]:
    study, by, n = voice.study, {"dimension": dimension}, int(given.sum())
    names = ("q2.dissimilarity", "q2.participation_ratio")
    if not wanted.sum() > 0:
        for name in names:
            yield not_evaluated(name, "needs population_need of these subgroups", study, by)
        return
    heard, need = given / given.sum(), wanted / wanted.sum()
    yield value_of(names[0], float((heard - need).abs().sum() / 2), n, study, by)
    for subgroup in given.index:
        own = {**by, "subgroup_id": str(subgroup)}
        yield _ratio(names[1], float(heard[subgroup]), float(need[subgroup]), n, (study, own))


def _ratio(
    name: str, share: float, need: float, n: int, at: tuple[Study, Mapping[str, str]]
) -> Indicator:
    study, by = at
    if not need > 0:
        return not_evaluated(name, "nobody in need is known", study, by)
    ratio = value_of(name, share / need, n, study, by)
    return ratio.model_copy(update={"numerator": share, "denominator": need})
