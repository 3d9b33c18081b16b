"""The section of the page on indicators: what was measured, and against which targets."""

from benchmarks.run import Measured, Program

INDICATORS = Program("every indicator", "ours_indicators", "indicators")
SECTION = """## Every indicator of a log of {rows:,} engagements

From the Parquet files of the core tables, two threads: 15,000 relationships over ten years, 500,000
engagements spread over units and subgroups, one in a hundred a reversal.

| what | elapsed s | work, CPU s | process, CPU s | peak, MiB |
|---|---|---|---|---|
| {label} | {elapsed:.1f} | {work:.1f} | {process:.1f} | {peak:.0f} |

Targets: at most 10 s: {elapsed:.1f}, {in_time}; at most 1.5 GiB: {gib:.2f} GiB, {in_memory}.
"""


def section(row: Measured, rows: int) -> str:
    """The section as text."""
    elapsed, gib = row.answer.elapsed_seconds or 0.0, row.peak_mib / 1024
    return SECTION.format(
        rows=rows,
        label=row.program.label,
        elapsed=elapsed,
        work=row.answer.cpu_seconds,
        process=row.process_seconds,
        peak=row.peak_mib,
        gib=gib,
        in_time=met(elapsed <= 10),
        in_memory=met(gib <= 1.5),
    )


def met(is_met: bool) -> str:
    """Whether a target is met, in a word."""
    return "met" if is_met else "NOT met"
