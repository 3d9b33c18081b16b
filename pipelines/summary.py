"""What the command line prints of a run: a bar while it goes on, then one block per study."""

import shlex
import shutil
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from pipelines.outcome import Outcome
from schemas.findings import Effect, Findings

COUNTED = {"read": "raw_", "check": "core_", "panel": "panel", "measure": "effect_estimate"}
"""The tables whose rows are counted at each step: by name, or by what it begins with up to _."""
ROWS = {"read": "rows read", "check": "accepted", "panel": "in the panel", "measure": "estimated"}
STEPS = {
    "plan": "read",
    "raw": "read",
    "core": "check",
    "quarantine": "check",
    "accounts": "check",
    "notes": "check",
    "panel": "panel",
    "effect": "measure",
    "results": "measure",
}
"""The step that each layer of a generation belongs to."""
OUTPUTS = 75
"""Tables and files that a whole run makes; a test counts them."""
BAR = 30
NAME = "advocacy"
FIRST = "before outcomes were read"
UNCHANGED = "nothing changed since it was published; run --fresh reads every source again"


class StageLines:
    """Counts rows and seconds by step while a run goes on; a terminal shows a bar meanwhile."""

    def __init__(self) -> None:
        self.started = self.last = time.monotonic()
        self.rows: dict[str, int] = dict.fromkeys(COUNTED, 0)
        self.seconds: dict[str, float] = {}
        self.done = 0

    def __call__(self, layer: str, name: str, rows: int | None) -> None:
        """Take note of one finished table."""
        now, step = time.monotonic(), STEPS[layer]
        if f"{name.partition('_')[0]}_" == COUNTED[step] or name == COUNTED[step]:
            self.rows[step] += rows or 0
        self.seconds[step] = self.seconds.get(step, 0.0) + now - self.last
        self.last = now
        self.done += 1
        if sys.stderr.isatty():
            print(f"\r{bar(self.done)} {step:<8}", end="", file=sys.stderr, flush=True)

    def lines(self, *, by_step: bool) -> list[str]:
        """Rows and seconds, a line for each step or one for all; the bar is wiped out."""
        if self.done and sys.stderr.isatty():
            print(f"\r{' ' * (BAR + 24)}\r", end="", file=sys.stderr, flush=True)
        if by_step:
            return [
                f"{step:<8} {spent:5.1f} s  {self.rows[step]:,} {ROWS[step]}"
                for step, spent in self.seconds.items()
            ]
        seconds = time.monotonic() - self.started
        told = f"{self.rows['read']:,} rows read, {self.rows['check']:,} accepted; {seconds:.1f} s"
        steps = ", ".join(f"{step} {spent:.1f}" for step, spent in self.seconds.items())
        return [f"{told} ({steps})" if steps else told]


def bar(done: int) -> str:
    """How far a run has come, of the tables and files that a whole run makes."""
    filled = min(BAR, BAR * done // OUTPUTS)
    return f"[{'#' * filled}{'.' * (BAR - filled)}] {min(100, 100 * done // OUTPUTS):>3} %"


def block(outcome: Outcome, steps: Sequence[str]) -> str:
    """The block of one study: title, its steps, a line per verdict, the report's path."""
    findings = outcome.findings
    mark = "  [SYNTHETIC]" if findings.synthetic else ""
    parts = [f"{findings.study_id}: {findings.title}{mark}"]
    parts += [f"  {line}" for line in steps]
    if outcome.was_plan_frozen:
        when = "too late: outcomes were read before" if _is_late(findings) else FIRST
        parts.append(f"  plan frozen {when} (plan.lock.json)")
    parts += _accounts(findings)
    parts += [f"  {_effect_line(effect)}" for effect in findings.effects]
    parts.append(f"  {findings.headline.text}")
    look = f"look {outcome.looks} at these outcomes; " if outcome.looks else ""
    parts.append(f"  {look}report: {outcome.report_path}")
    return "\n".join(parts)


def closing(names: Sequence[str], out: str | None = None) -> str:
    """The next command to try, as a shell takes it; `out` where results are not in their place."""
    where = "" if out is None else f" --out {shlex.quote(out)}"
    return f"Next: {program()} report {shlex.quote(names[0])}{where} --open"


def program() -> str:
    """How a shell starts this program: by its name, or by its path where the name is not found."""
    started = Path(sys.argv[0])
    if started.name != NAME or shutil.which(NAME) is not None:
        return NAME
    return shlex.quote(str(started))


def _is_late(findings: Findings) -> bool:
    return any("NO_PLAN" in effect.reasons for effect in findings.effects)


def _accounts(findings: Findings) -> list[str]:
    aside = sum(row.quarantined for row in findings.row_accounts)
    rows = "row" if aside == 1 else "rows"
    return [f"  {aside:,} {rows} quarantined, each with its reason"] if aside else []


def _effect_line(effect: Effect) -> str:
    verdict = effect.verdict.replace("_", " ")
    certainty = f", certainty {effect.certainty.replace('_', ' ')}" if effect.certainty else ""
    estimate = "no estimate" if effect.estimate is None else f"{effect.estimate:+.5g}"
    interval = "" if effect.ci_low is None else f" [{effect.ci_low:.5g} to {effect.ci_high:.5g}]"
    reasons = f" ({', '.join(effect.reasons)})" if effect.reasons else ""
    part = "" if effect.subgroup_id == "all" else f" [{effect.subgroup_id}]"
    return f"{effect.effect_id}{part}: {estimate}{interval} -> {verdict}{certainty}{reasons}"
