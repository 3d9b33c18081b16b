"""The section of the page on reports: how large, how soon built, how soon it answers a reader."""

from collections.abc import Sequence
from pathlib import Path

from benchmarks.indicator_page import met
from benchmarks.run import Measured, Program, measure
from pipelines.browser import find_browser
from tests.chromium import open_tab

REPORTS = (
    Program("one effect with a path over time", "ours_report", "one"),
    Program("one effect of an experiment", "ours_report", "trial"),
    Program("five initiatives, every indicator", "ours_report", "company"),
    Program("two hundred effects", "ours_report", "many"),
)
READY = """(async () => {
  const near = [...document.querySelectorAll('[data-figure]')].filter(figure => {
    const box = figure.getBoundingClientRect();
    return figure.checkVisibility() && box.top < innerHeight + 200;
  });
  while (near.some(figure => !figure.classList.contains('is-live')))
    await new Promise(done => setTimeout(done, 10));
  return performance.now() / 1000;
})()"""
"""Seconds since the page was asked for, once the charts within reach of its first screen live."""
SECTION = """## Reports, from findings to a page that answers

Findings made by hand, the page built once in a process of its own (the first one packs the charts'
script), then opened from disk in headless Chromium at 1280 x 800, two cores.

| report | bytes | built, elapsed s | interactive after, s |
|---|---|---|---|
{rows}

Targets, up to {effects}: at most 2.2 MB: {largest:.2f} MB, {in_size}; built in at most 2 s:
{slowest:.1f} s, {in_time}; interactive in at most 2.5 s: {last}. Beyond a hundred effects
every chart is a drawing and the page carries no script of charts.
"""


def measure_reports(folder: Path) -> list[tuple[Measured, float | None]]:
    """Each report, and the seconds until it is interactive where a browser is installed."""
    return [(measure(program, folder), _ready(folder, program)) for program in REPORTS]


def _ready(folder: Path, program: Program) -> float | None:
    if find_browser() is None:
        return None
    with open_tab() as tab:
        tab.open(folder / f"{program.function}.html")
        return float(tab.evaluate(READY))


def report_section(rows: Sequence[tuple[Measured, float | None]]) -> str:
    """The section as text."""
    usual = rows[:-1]
    largest = max(row.answer.estimate or 0.0 for row, _ in usual) / 1e6
    slowest = max(row.answer.elapsed_seconds or 0.0 for row, _ in usual)
    known = [seconds for _, seconds in usual if seconds is not None]
    return SECTION.format(
        rows="\n".join(_line(row, seconds) for row, seconds in rows),
        effects=usual[-1][0].program.label,
        largest=largest,
        in_size=met(largest <= 2.2),
        slowest=slowest,
        in_time=met(slowest <= 2),
        last=f"{max(known):.1f} s, {met(max(known) <= 2.5)}" if known else "no browser here",
    )


def _line(row: Measured, seconds: float | None) -> str:
    told = "-" if seconds is None else f"{seconds:.1f}"
    answer = row.answer
    return (
        f"| {row.program.label} | {answer.estimate or 0:,.0f} "
        f"| {answer.elapsed_seconds or 0:.1f} | {told} |"
    )
