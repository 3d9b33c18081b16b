"""The table of the simulation study: as data, and as the page that people read."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from benchmarks.honesty_cell import Cell
from benchmarks.honesty_run import CellCount
from benchmarks.honesty_targets import AIMS, Row, compare, worst
from benchmarks.rivals import RIVALS

UNSEEN: dict[str, str] = {
    "unseen_shock_0.5": "a shock of 0.5 SD at the start that no control shares",
    "unseen_shock_1": "the same, 1 SD",
    "shock_1_seen_0.25": "a shock of 1 SD that the controls see a quarter of",
    "unseen_drift_0.5": "a drift that begins with the exposure, 0.5 SD on average",
    "unseen_drift_1": "the same, 1 SD",
    "unknown_neighbours_1": "half of the comparison lose 1 SD to neighbours that are not known",
    "unknown_rival_1": "another initiative adds 1 SD in half of the exposed, and nobody knows",
    "back_dated_no_log": "starts back-dated to where outcomes turned, with no log to compare",
    "long_dip_1": "a dip of 1 SD that is longer than the donut",
}
"""Worlds in which the verdict can be fooled, in words."""
SHOWN = ("improves", "harms", "no_meaningful_effect", "inconclusive", "not_evaluable")
TITLES = {
    "before_after": "before-after",
    "pooled_regression": "pooled regression",
    "two_way_fixed_effects": "two-way fixed effects",
    "cluster_test": "plain cluster test",
    "callaway_santanna": "Callaway and Sant'Anna, package default",
}


def record(cells: Sequence[Cell], found: dict[str, CellCount], repetitions: int) -> dict[str, Any]:
    """Everything that was counted, and every target with what was reached."""
    rows = compare(list(cells), found)
    return {
        "repetitions": repetitions,
        "cells": [
            {"group": cell.group, **asdict(found[cell.name])}
            for cell in cells
            if cell.name in found
        ],
        "targets": [_target(target, rows) for target in AIMS if worst(target, rows)],
        "rows": [{**asdict(row), "share": round(row.share, 5)} for row in rows],
    }


def _target(target: Any, rows: list[Row]) -> dict[str, Any]:
    aim, nearest = AIMS[target], worst(target, rows)
    mine = [row for row in rows if row.target == target]
    shares = [row.share for row in mine]
    return {
        "target": target,
        "text": aim.text,
        "limit": aim.limit,
        "prototype": aim.prototype,
        "lowest": round(min(shares), 5),
        "highest": round(max(shares), 5),
        "nearest": nearest.cell if nearest else None,
        "cells": len({row.cell for row in mine}),
        "missed": sorted({row.cell for row in mine if not row.is_met}),
        "is_met": all(row.is_met for row in mine),
    }


def page(written: dict[str, Any]) -> str:
    """The page; a function of the record alone."""
    cells = {cell["name"]: cell for cell in written["cells"]}
    lines = ["# How honest the verdicts are", ""]
    lines += [*_fooled(cells), "", *_targets(written), "", *_missed(written, cells), ""]
    lines += [*_all(written["cells"]), "", *_rivals(written["cells"]), "", *_how(written)]
    return "\n".join(lines) + "\n"


def _fooled(cells: dict[str, dict[str, Any]]) -> list[str]:
    """Say first where the verdict can be fooled."""
    here = [(name, text) for name, text in UNSEEN.items() if name in cells]
    if not here:
        return ["No cell of unseen bias was run."]
    most = max(_share(cells[name], "improves") for name, _ in here)
    lines = [
        (
            f"**The verdict can be fooled.** Where no probe sees a bias, up to {_percent(most)} of "
            "worlds in which nothing was achieved are called `improves`. The certainty of such a "
            "claim is never above low unless the order of assignment was declared, and the report "
            "says what would have to be true. No effect in any of these worlds:"
        ),
        "",
        "| what happens | `improves` | certainty of these claims |",
        "|---|---|---|",
    ]
    lines += [
        f"| {text} | {_percent(_share(cells[name], 'improves'))} | {_certainty(cells[name])} |"
        for name, text in here
    ]
    return lines


def _targets(written: dict[str, Any]) -> list[str]:
    lines = [
        "## Targets",
        "",
        (
            "Sampling error of the repetitions is allowed for: a cell misses its target where it "
            "is beyond the limit by more than chance would bring in one cell of twenty."
        ),
        "",
        "| target | limit | prototype | ours (all cells) | nearest to the limit | met |",
        "|---|---|---|---|---|---|",
    ]
    for row in written["targets"]:
        low, high = _percent(row["lowest"]), _percent(row["highest"])
        ours = low if low == high else f"{low} to {high} ({row['cells']} cells)"
        met = "yes" if row["is_met"] else f"no: {len(row['missed'])} of {row['cells']} cells"
        lines.append(
            f"| {row['text']} | {row['limit']} | {row['prototype']} | {ours} "
            f"| {row['nearest']} | {met} |"
        )
    return lines


def _missed(written: dict[str, Any], cells: dict[str, dict[str, Any]]) -> list[str]:
    """Every cell that misses its target, its figure, and what the report then says."""
    rows = [row for row in written["rows"] if not row["is_met"]]
    if not rows:
        return ["## Missed targets", "", "None."]
    lines = [
        "## Missed targets",
        "",
        "| cell | target | figure | what the report then says |",
        "|---|---|---|---|",
    ]
    for row in rows:
        aim = AIMS[row["target"]]
        figure = f"{_words(row['event'])} {_percent(row['share'])} (limit {aim.limit})"
        said = _said(cells[row["cell"]])
        lines.append(f"| {row['cell']} | {row['target']} | {figure} | {said} |")
    return lines


def _said(cell: dict[str, Any]) -> str:
    """What the report says in the repetitions of one cell."""
    verdicts = [
        f"{_words(name)} {_percent(_share(cell, name))}" for name in SHOWN if _share(cell, name) > 0
    ]
    reasons = sorted(
        ((count, key[7:]) for key, count in cell["counts"].items() if key.startswith("reason:")),
        reverse=True,
    )
    why = ", ".join(
        f"{name} {_percent(count / cell['repetitions'])}"
        for count, name in reasons[:3]
        if name != "FRAGILE"
    )
    said = "; ".join(verdicts)
    said += f"; reasons: {why}" if why else ""
    claims = _certainty(cell)
    return said if claims == "-" else f"{said}; certainty of claims: {claims}"


def _all(cells: Sequence[dict[str, Any]]) -> list[str]:
    lines = [
        "## All cells",
        "",
        (
            "Shares of repetitions. `truth` and δ are in SD of a cluster's own fluctuation over "
            "time (persons: a difference in shares); coverage is of the 95 % interval of I0 and of "
            "the robust bounds."
        ),
        "",
        (
            "| cell | repetitions | clusters | truth | δ | improves | harms | no meaningful effect "
            "| inconclusive | not evaluable | I0 covers | robust bounds cover |"
        ),
        "|---|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    group = ""
    for cell in cells:
        if cell["group"] != group:
            group = cell["group"]
            lines.append(f"| **{group}** |" + " |" * 11)
        lines.append(_line(cell))
    return lines


def _line(cell: dict[str, Any]) -> str:
    verdicts = " | ".join(_percent(_share(cell, name)) for name in SHOWN)
    bounded = cell["counts"].get("bounded", 0)
    covered = [
        _percent(cell["counts"].get(name, 0) / bounded) if bounded else "-"
        for name in ("covered", "robust_covered")
    ]
    worthwhile = "-" if cell["worthwhile"] is None else f"{cell['worthwhile']:.2f}"
    return (
        f"| {cell['name']} | {cell['repetitions']} | {cell['clusters']} | {cell['truth']:.2f} "
        f"| {worthwhile} | {verdicts} | {covered[0]} | {covered[1]} |"
    )


def _rivals(cells: Sequence[dict[str, Any]]) -> list[str]:
    """What usual analyses say of the same data."""
    lines = [
        "## The same worlds, usual analyses",
        "",
        (
            "Share that says “improves” at 2.5 %, one-sided, beside the verdict. The truth is in "
            "the third column: where it is 0, every one of these is false."
        ),
        "",
        "| cell | verdict | truth | " + " | ".join(TITLES[name] for name in RIVALS) + " |",
        "|---|---|---|" + "---|" * len(RIVALS),
    ]
    for cell in cells:
        if not any(key.startswith("rival:") for key in cell["counts"]):
            continue
        shares = " | ".join(_percent(_share(cell, f"rival:{name}")) for name in RIVALS)
        verdict = _percent(_share(cell, "improves"))
        lines.append(f"| {cell['name']} | {verdict} | {cell['truth']:.2f} | {shares} |")
    return lines


WORLDS = (
    (
        "Unless its name says otherwise a world has 20 exposed and 20 comparison clusters and 36 "
        "months, exposure from month 24 on (`short`: 24 and 12 months) or month 30 (`long`: 30 and "
        "6), and 24 negative controls. Errors are AR(1) with 0.5 and a marginal SD of 1, in which "
        "all sizes are given; clusters have their own level and all share the shocks of a month."
    ),
    (
        "`trend_x` is a linear drift that moves I0 by x and that no control sees; "
        "`shock_x_seen_y` a shock at the start of which the controls see the share y; `dip_x` "
        "lasts the six months before the start; `displaced_x` is added to the half of the "
        "comparison that neighbours the exposed, and known to; `missing_worst_x` hides the worst "
        "x % of the exposed arm's outcomes after the start; `need` gives exposure "
        "to those who did worst in the last three months; "
        "`power` is the effect that a two-sided 5 % test of I0 finds in nine of ten."
    ),
    (
        "Not in the study: covariates, dose and switching designs, and single series, which are "
        "never a claim. Panels of eight clusters cannot be evaluated; the smallest here has ten. "
        "Gates that need files (plan, quarantine) are taken as passed."
    ),
)
"""What the worlds are, for a reader who does not read the code."""


def _how(written: dict[str, Any]) -> list[str]:
    made = (
        f"`make honesty`, {written['repetitions']:,} repetitions a cell where the table says no "
        "other number (large worlds and few exposed have fewer); `HONESTY_REPS=` sets it, 4,000 "
        "is the full study. The worlds are in `tests/worlds.py` and `tests/trial_worlds.py`, "
        "the cells in `benchmarks/honesty_cells.py`. Every world goes through the functions "
        "that the pipeline uses: choice of method, estimate, gates, verdict, certainty. The "
        "counts are in `honesty.json`; the same repetitions give the same counts."
    )
    return ["## How this was made", "", made, *(line for text in WORLDS for line in ("", text))]


def _share(cell: dict[str, Any], event: str) -> float:
    return float(cell["counts"].get(event, 0) / cell["repetitions"])


def _certainty(cell: dict[str, Any]) -> str:
    """How sure the claims of a cell were, as shares of them."""
    graded = {
        key.removeprefix("certainty:"): count
        for key, count in cell["counts"].items()
        if key.startswith("certainty:")
    }
    total = sum(graded.values())
    if not total:
        return "-"
    return ", ".join(f"{_words(name)} {_percent(n / total)}" for name, n in graded.items())


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _words(name: str) -> str:
    return name.removeprefix("certainty:").replace("_", " ")
