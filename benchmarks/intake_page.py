"""The section on intake: measured at three sizes, and told."""

from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks import intake_data
from benchmarks.run import Measured, Program, measure

PROGRAMS = (
    Program("floor: DuckDB copies CSV to Parquet", "intake_runs", "floor"),
    Program("this program", "intake_runs", "ours"),
    Program("pandas and pandera-pandas", "intake_peer", "peer", "pandera"),
)
SECTION = """## Intake: CSV to validated Parquet with quarantine

A log of {columns} columns, 1 % of its cells bad. Two threads each, 1 GiB for the engine. The floor
checks nothing and sets nothing aside. This program stores the text as it came, types and checks
every cell, keys and references included, writes accepted rows and quarantine, counts every row and
holds the accepted rows against the Pandera contract. The peer reads with pandas, writes the text as
it came, checks types, words, ranges, order, keys and references with Pandera and writes both sides,
one row for each broken rule with its text: on one thread, with amounts as floating-point numbers,
without row accounts, personal data, hidden characters or a second check of accepted rows.

### {large:,} rows

{large_table}

Targets: at most 3 x the floor: {elapsed:.1f} x elapsed, {cpu:.1f} x CPU, {ratio_met};
at most 1.5 GiB: {peak:.2f} GiB, {peak_met}; at least 3 x faster than pandas and pandera-pandas:
{faster:.1f} x, {faster_met}, with {lighter:.0f} x less memory.

### {small:,} rows

{small_table}

Against pandas and pandera-pandas: {faster_small:.1f} x the speed; of a small log, making queries
takes a good part.

### {huge:,} rows

{huge_table}

Target: memory does not grow with rows, {growth_met}: {growth:.2f} x from {small:,} rows,
{growth_large:.2f} x from {large:,}.
"""
FLAT = 1.25
"""Fifty times the rows may take so much more memory: a million rows are three slices."""


def measure_intake(
    folder: Path, write: Callable[[Path, int], None] = intake_data.write_log
) -> tuple[list[Measured], list[Measured], list[Measured]]:
    """Everything at the large size and at the small one, then this program at the huge one."""
    found = []
    for rows, programs in (
        (intake_data.ROWS, PROGRAMS),
        (intake_data.PEER_ROWS, PROGRAMS),
        (intake_data.HUGE_ROWS, PROGRAMS[1:2]),
    ):
        write(folder, rows)
        found.append([measure(program, folder) for program in programs])
    return found[0], found[1], found[2]


def intake_section(
    large: Sequence[Measured], small: Sequence[Measured], huge: Sequence[Measured]
) -> str:
    """The section as text."""
    elapsed, cpu = (_seconds(large[1])[i] / _seconds(large[0])[i] for i in (0, 1))
    faster, faster_small = (_seconds(rows[2])[0] / _seconds(rows[1])[0] for rows in (large, small))
    peak, growth = large[1].peak_mib / 1024, huge[0].peak_mib / small[1].peak_mib
    return SECTION.format(
        columns=len(intake_data.words()) + 1,
        large=intake_data.ROWS,
        small=intake_data.PEER_ROWS,
        huge=intake_data.HUGE_ROWS,
        large_table=seconds_table(large),
        small_table=seconds_table(small),
        huge_table=seconds_table(huge),
        elapsed=elapsed,
        cpu=cpu,
        ratio_met=_met(max(elapsed, cpu) <= 3),
        peak=peak,
        peak_met=_met(peak <= 1.5),
        faster=faster,
        faster_met=_met(faster >= 3),
        faster_small=faster_small,
        lighter=large[2].peak_mib / large[1].peak_mib,
        growth=growth,
        growth_large=huge[0].peak_mib / large[1].peak_mib,
        growth_met=_met(growth <= FLAT),
    )


def seconds_table(rows: Sequence[Measured]) -> str:
    """A Markdown table of what the work took, and how many rows came out."""
    lines = [
        "| program | work, elapsed s | work, CPU s | peak, MiB | rows accepted |",
        "|---|---|---|---|---|",
    ]
    for row in rows:
        elapsed, cpu = _seconds(row)
        lines.append(
            f"| {row.program.label} | {elapsed:.1f} | {cpu:.1f} | {row.peak_mib:.0f} "
            f"| {row.answer.estimate:,.0f} |"
        )
    return "\n".join(lines)


def _seconds(row: Measured) -> tuple[float, float]:
    return row.answer.elapsed_seconds or 0.0, row.answer.cpu_seconds


def _met(is_met: bool) -> str:
    return "met" if is_met else "NOT met"
