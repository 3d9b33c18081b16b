"""`make bench`: measure, and write docs/benchmarks.md."""

import platform
import sys
import tempfile
from collections.abc import Callable, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benchmarks import indicator_data
from benchmarks.analyst_page import analyst_section, measure_analyst
from benchmarks.data import write_arrays, write_parquet
from benchmarks.indicator_page import INDICATORS, met, section
from benchmarks.intake_page import intake_section, measure_intake
from benchmarks.report_page import measure_reports, report_section
from benchmarks.run import ROOT, Measured, Program, measure

ARRAYS = (
    Program("floor: read the values", "floor", "arrays"),
    Program("this program", "ours_arrays", "arrays"),
    Program("diff-diff, 999 draws", "peer_diff_diff", "arrays", "diff_diff"),
    Program("csdid, 999 draws", "peer_csdid", "arrays", "csdid"),
    Program("moderndid, 999 draws", "peer_moderndid", "arrays", "moderndid"),
)
PARQUET = (
    Program("floor: read the values", "floor", "parquet"),
    Program("this program", "ours_parquet", "parquet"),
    Program("diff-diff, no band", "peer_diff_diff", "parquet", "diff_diff"),
)
VERDICT = (
    Program("intervals without controls, gates", "ours_verdict", "intervals"),
    Program("randomisation p, 9,999 deals", "ours_verdict", "permutation"),
    Program("everything shown of an effect without controls", "ours_verdict", "whole"),
    Program("verdict, 24 controls, one cohort", "ours_verdict", "verdict_one"),
    Program("verdict, 24 controls, three cohorts", "ours_verdict", "verdict_three"),
    Program("the same, its 9,999 deals drawn first", "ours_verdict", "verdict_first"),
)
SENSITIVITY = (
    Program("this program", "ours_sensitivity", "medicaid"),
    Program("moderndid, 1,000 grid points", "peer_sensitivity", "medicaid", "moderndid"),
)
PAGE = """# Benchmarks

Written by `make bench`; do not edit. Each program ran in a process of its own, one thread for each
library, one after the other within minutes on the same machine ({machine}). CPU seconds
depend less on what else the machine does than elapsed time, yet caches are shared: expect
differences of a fifth. `process` holds start-up and imports too, `work` does not. Memory is the
peak of the process. moderndid (extra `oracle`) and csdid (no dependency) run where installed.

## Group-time effects, 100,000 units x 20 periods, simultaneous band

{arrays}

Targets: {speed}; {memory}.

## Group-time effects, 1,000,000 units x 20 periods, from one Parquet file

{parquet}

Targets: {million}; {million_memory}.

## One verdict: 40 clusters x 36 periods

A verdict is the whole path from arrays: method, intervals I0 to I4, gates, randomisation p from
9,999 deals, decision and certainty. The deals are drawn once for all effects with the same arms and
seed.

{verdict}

Target: {verdict_target}.

## Relative-magnitudes interval (C-LF hybrid), Medicaid panel, M̄ = 1

{sensitivity}

Target: {sensitivity_target}. moderndid 0.2.0 leaves the earliest change before exposure out, which
the paper takes in; the golden tests compare the intervals with all changes in.
"""


def main(page: Path) -> None:
    """Run everything and write the page."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        arrays = _measured(ARRAYS, write_arrays, folder)
        parquet = _measured(PARQUET, write_parquet, folder)
        verdict = [measure(program, folder) for program in VERDICT]
        sensitivity = [measure(one, folder) for one in SENSITIVITY if one.is_installed]
        intake = intake_section(*measure_intake(folder))
        indicator_data.write_log(folder)
        described = section(measure(INDICATORS, folder), indicator_data.ENGAGEMENTS)
        reported = report_section(measure_reports(folder))
        waited = analyst_section(measure_analyst(folder))
    text = rendered(arrays, parquet, verdict, sensitivity)
    page.write_text(f"{text}\n{intake}\n{described}\n{reported}\n{waited}", encoding="utf-8")
    sys.stdout.write(page.read_text(encoding="utf-8"))


def _measured(
    programs: Sequence[Program], write: Callable[[Path], None], folder: Path
) -> list[Measured]:
    write(folder)
    return [measure(program, folder) for program in programs if program.is_installed]


def rendered(
    arrays: Sequence[Measured],
    parquet: Sequence[Measured],
    verdict: Sequence[Measured],
    sensitivity: Sequence[Measured],
) -> str:
    """The page as text."""
    ours, theirs, large = arrays[1], arrays[2], parquet[1]
    ratio = theirs.answer.cpu_seconds / ours.answer.cpu_seconds
    whole = theirs.process_seconds / ours.process_seconds
    return PAGE.format(
        machine=f"{platform.machine()}, Python {platform.python_version()}",
        arrays=table(arrays),
        parquet=table(parquet),
        verdict=milliseconds(verdict),
        verdict_target=verdict_target(verdict),
        sensitivity=interval_table(sensitivity),
        sensitivity_target=sensitivity_target(sensitivity),
        speed=f"at least 10 x faster than diff-diff: {ratio:.0f} x the work, "
        f"{whole:.0f} x the process, {met(ratio >= 10)}",
        memory=f"at most 300 MB: {ours.peak_mib:.0f} MiB, {met(ours.peak_mib <= 286)}",
        million="at most 4 CPU seconds: "
        f"{large.answer.cpu_seconds:.1f} for the work, {met(large.answer.cpu_seconds <= 4)}",
        million_memory=f"at most 0.7 GiB: {large.peak_mib / 1024:.2f} GiB, "
        f"{met(large.peak_mib <= 0.7 * 1024)}",
    )


def verdict_target(rows: Sequence[Measured]) -> str:
    """The verdict's target beside what one and three cohorts took."""
    one, three = (
        next(1000 * row.answer.cpu_seconds for row in rows if row.program.function == name)
        for name in ("verdict_one", "verdict_three")
    )
    return (
        f"at most 3 ms with 24 controls: {one:.1f} with one cohort, {three:.1f} with three, "
        f"{met(max(one, three) <= 3)}"
    )


def sensitivity_target(rows: Sequence[Measured]) -> str:
    """The interval's target beside moderndid's time, where that is installed."""
    target = "at least 50 x faster than moderndid"
    if len(rows) < len(SENSITIVITY):
        return f"{target}, which is not installed here"
    ratio = rows[1].answer.cpu_seconds / rows[0].answer.cpu_seconds
    return f"{target}: {ratio:,.0f} x the work, {met(ratio >= 50)}"


def interval_table(rows: Sequence[Measured]) -> str:
    """A Markdown table of programs that form the same interval."""
    lines = ["| program | version | work, CPU s | lower end | upper end |", "|---|---|---|---|---|"]
    lines += [
        f"| {row.program.label} | {_version(row.program.package)} "
        f"| {row.answer.cpu_seconds:.4f} "
        f"| {_number(row.answer.ci_low)} | {_number(row.answer.ci_high)} |"
        for row in rows
    ]
    return "\n".join(lines)


def table(rows: Sequence[Measured]) -> str:
    """A Markdown table of programs that answer the same question."""
    lines = [
        "| program | version | work, CPU s | process, CPU s | peak, MiB | effect | SE |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        shown = _version(row.program.package)
        lines.append(
            f"| {row.program.label} | {shown} | {row.answer.cpu_seconds:.2f} "
            f"| {row.process_seconds:.2f} | {row.peak_mib:.0f} "
            f"| {_number(row.answer.estimate)} | {_number(row.answer.std_error)} |"
        )
    return "\n".join(lines)


def milliseconds(rows: Sequence[Measured]) -> str:
    """A Markdown table of what one call costs."""
    lines = ["| what | work, CPU ms |", "|---|---|"]
    lines += [f"| {row.program.label} | {row.answer.cpu_seconds * 1000:.1f} |" for row in rows]
    return "\n".join(lines)


def _version(package: str) -> str:
    """The version of a peer's package; ours and the floor have none."""
    try:
        return version(package) if package != "numpy" else "-"
    except PackageNotFoundError:
        return "-"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.6f}"


if __name__ == "__main__":
    main(ROOT / "docs" / "benchmarks.md")
