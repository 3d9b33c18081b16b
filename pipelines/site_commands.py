"""What `advocacy site` does: write, merge, and print one line per effect."""

import json
from collections.abc import Sequence
from pathlib import Path

from pipelines.commands import guarded
from pipelines.errors import Exit
from pipelines.settings import Settings, find_study
from pipelines.site import merge_sites, write_site
from schemas.site_file import Average, SiteEffect, SiteFile


def write_file(name: str, out: Path, settings: Settings, least: int | None, *, debug: bool) -> int:
    """Write the site file of a study's published run."""

    def work() -> int:
        written = write_site(find_study(name, settings), out, settings, least)
        for effect in written.file.effects:
            print(effect_line(effect))
        for effect_id, reason in written.left_out.items():
            print(f"{effect_id}: left out ({reason})")
        print(f"Written: {out}")
        return Exit.DONE

    return guarded(work, debug=debug)


def merge_files(paths: Sequence[Path], out: Path, *, as_json: bool, debug: bool) -> int:
    """Merge site files and print the answer."""

    def work() -> int:
        merged = merge_sites(paths, out)
        print(json.dumps(answers(merged)) if as_json else "\n".join(_lines(merged, out)))
        return Exit.DONE

    return guarded(work, debug=debug)


def answers(file: SiteFile) -> dict[str, object]:
    """The answer of every effect, by its id; null where there is none."""
    return {
        effect.effect_id: effect.answer.model_dump(mode="json") if effect.answer else None
        for effect in file.effects
    }


def effect_line(effect: SiteEffect) -> str:
    """One effect in one line: its clusters and its simple average."""
    count = sum(cohort.count for cohort in effect.cohorts)
    left = f", {effect.incomplete_count} incomplete" if effect.incomplete_count else ""
    return f"{effect.effect_id}: {_said(effect)}; {count} clusters{left}"


def _said(effect: SiteEffect) -> str:
    if effect.answer is None:
        return "no effect to estimate here"
    simple: Average = effect.answer.averages[0]
    if simple.std_error is None:
        return f"{simple.estimate:.4g}"
    return f"{simple.estimate:.4g} (standard error {simple.std_error:.3g})"


def _lines(merged: SiteFile, out: Path) -> list[str]:
    """Site ids may tell who took part; only their number is printed."""
    lines = [effect_line(effect) for effect in merged.effects]
    return [*lines, f"Merged {len(merged.sites)} sites: {out}"]
