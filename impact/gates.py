"""Gates G1 to G4b in order: each a diagnostic, and the reason of the first that fails."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from impact.model import DiagnosticResult, Estimation
from impact.verdict import ROUNDING
from schemas.findings import RowAccount
from schemas.thresholds import Thresholds
from schemas.vocabulary import Reason, Status


@dataclass(frozen=True)
class Gate:
    """Diagnostics of one gate and the reason it gives when any of them fails."""

    reason: Reason
    diagnostics: tuple[DiagnosticResult, ...]

    @property
    def has_failed(self) -> bool:
        """Whether any of its diagnostics fails."""
        return any(item.status == "FAIL" for item in self.diagnostics)

    @property
    def has_gaps(self) -> bool:
        """Whether a part of it applies and could not be evaluated."""
        return any(item.status == "NOT_EVALUATED" for item in self.diagnostics)


def first_failure(gates: Sequence[Gate]) -> Reason | None:
    """Reason of the first gate, in the order given, that fails."""
    return next((gate.reason for gate in gates if gate.has_failed), None)


def gate_plan(is_before_outcomes: bool) -> Gate:
    """G1: the plan was frozen before outcomes were read."""
    status: Status = "PASS" if is_before_outcomes else "FAIL"
    return Gate("NO_PLAN", (DiagnosticResult("plan_frozen", status),))


def gate_data(
    accounts: Sequence[RowAccount],
    used: frozenset[str],
    orphan_spend: DiagnosticResult,
    unit_shift: DiagnosticResult,
    thresholds: Thresholds,
) -> Gate:
    """G2: few quarantined rows, little spend that points nowhere, no change of unit.

    The share of quarantined rows is the largest among the `used` tables; rows outside the
    window do not count towards it.
    """
    shares = quarantined_shares(accounts, used)
    rows = _at_most("quarantined_share", max(shares.values(), default=None), thresholds)
    return Gate("DATA", (rows, orphan_spend, unit_shift))


def quarantined_shares(accounts: Sequence[RowAccount], used: frozenset[str]) -> dict[str, float]:
    """Per used table with rows in the window: the share of them that is in quarantine."""
    shares = {}
    for table in sorted(used):
        mine = [account for account in accounts if account.table == table]
        inside = sum(account.read - account.out_of_window for account in mine)
        if inside > 0:
            shares[table] = sum(account.quarantined for account in mine) / inside
    return shares


def orphan_spend_share(
    share: float | None, has_log: bool, thresholds: Thresholds
) -> DiagnosticResult:
    """Share of spend whose given partner, initiative or unit id points nowhere."""
    if not has_log:
        return DiagnosticResult("orphan_spend_share", "NOT_APPLICABLE")
    limit = thresholds.orphan_spend_share
    if share is None:
        return DiagnosticResult("orphan_spend_share", "NOT_EVALUATED", threshold=limit)
    return DiagnosticResult("orphan_spend_share", "FAIL" if share > limit else "PASS", share, limit)


def gate_attainable(estimation: Estimation, alpha: float, family_size: int) -> Gate:
    """G3p: the most extreme assignment could be a claim, where permutation decides."""
    reason: Reason = "UNATTAINABLE_P"
    plain = [test for test in estimation.permutations if test.name == "plain"]
    if estimation.decided_by != "permutation" or not plain:
        return Gate(reason, (DiagnosticResult("attainable_p", "NOT_APPLICABLE"),))
    smallest, limit = 2 * plain[0].smallest_p, alpha / family_size
    status: Status = "FAIL" if smallest > limit + ROUNDING else "PASS"
    return Gate(reason, (DiagnosticResult("attainable_p", status, smallest, limit),))


def gate_timing(starts: pd.Series, timing: pd.DataFrame, has_log: bool) -> Gate:
    """G4a: exposure starts when the log says it did, and the log was kept at the time.

    `starts`: first exposed period per exposed unit, as given (before anticipation).
    `timing`: `impact.exposure.first_engagements`. The first half counts the units whose start
    is in another period than their first qualifying engagement; it is NOT_EVALUATED where a
    unit has none, or where its date is known less exactly than the periods. The second half
    is the longest time, in periods, from that engagement to its entry in the log, at most 1.
    """
    if not has_log:
        moot = ("timing_start", "timing_recorded")
        return Gate("TIMING", tuple(DiagnosticResult(name, "NOT_APPLICABLE") for name in moot))
    known = timing.set_index("unit_id").reindex(starts.index)
    first = pd.to_numeric(known["engagement_period"])
    is_precise = known["is_precise"].fillna(value=False).astype(bool) & first.notna()
    differing = int(((first != starts) & is_precise).sum())
    start = _timed("timing_start", float(differing), 0.0, bool(is_precise.all()))
    lag = pd.to_numeric(known["recorded_lag"]).astype(float)
    longest = None if lag.isna().all() else float(lag.max())
    recorded = _timed("timing_recorded", longest, 1.0, bool(lag.notna().all()))
    return Gate("TIMING", (start, recorded))


def gate_anticipation(estimation: Estimation, thresholds: Thresholds) -> Gate:
    """G4b: the last pre-periods do not depart from those before them; never adjusted."""
    return Gate("ANTICIPATION", (_anticipation(estimation, thresholds),))


def _anticipation(estimation: Estimation, thresholds: Thresholds) -> DiagnosticResult:
    limit, p_value = thresholds.anticipation_alpha, estimation.anticipation_p
    if not estimation.is_observational:
        return DiagnosticResult("anticipation", "NOT_APPLICABLE")
    if p_value is None:
        return DiagnosticResult("anticipation", "NOT_EVALUATED", threshold=limit)
    return DiagnosticResult("anticipation", "FAIL" if p_value < limit else "PASS", p_value, limit)


def _at_most(name: str, value: float | None, thresholds: Thresholds) -> DiagnosticResult:
    limit = thresholds.quarantined_share
    if value is None:
        return DiagnosticResult(name, "NOT_EVALUATED", threshold=limit)
    return DiagnosticResult(name, "FAIL" if value > limit else "PASS", value, limit)


def _timed(name: str, value: float | None, limit: float, is_complete: bool) -> DiagnosticResult:
    """FAIL above the limit even when incomplete; PASS only when nothing is unknown."""
    if value is not None and value > limit:
        return DiagnosticResult(name, "FAIL", value, limit)
    return DiagnosticResult(name, "PASS" if is_complete else "NOT_EVALUATED", value, limit)


def permutation_results(
    estimation: Estimation, alpha: float, family_size: int
) -> tuple[DiagnosticResult, ...]:
    """Two-sided randomisation p of every statistic; where permutation decides, all must pass."""
    limit = alpha / family_size
    made = []
    for test in estimation.permutations:
        name = f"randomisation_p_{test.name}"
        if test.status != "PASS":
            made.append(DiagnosticResult(name, test.status))
            continue
        value = min(1.0, 2 * min(test.p_improves, test.p_harms))
        made.append(
            DiagnosticResult(name, "PASS" if value <= limit + ROUNDING else "FAIL", value, limit)
        )
    return tuple(made)
