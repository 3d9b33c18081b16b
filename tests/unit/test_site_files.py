"""Sites that send statistics give the answer that their rows would have given together."""

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from pipelines.cli import app
from pipelines.errors import Exit, UserError
from pipelines.settings import Settings
from pipelines.site import merge_sites, write_site
from schemas.site_file import SiteEffect, SiteFile
from tests.published_sites import publish_site
from tests.small_world import EFFECT, EXPOSED, REGIONS

NORTH = [*EXPOSED[:5], *REGIONS[10:15]]
SOUTH = [*EXPOSED[5:], *REGIONS[15:]]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(studies=tmp_path / "studies", output=tmp_path / "output")


@pytest.fixture
def call(settings: Settings, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ADVOCACY_HOME", str(settings.studies.parent))

    def run(*arguments: str | Path) -> Result:
        return CliRunner().invoke(app, [str(argument) for argument in arguments])

    return run


def site_file(name: str, units: list[str], settings: Settings, **given: object) -> Path:
    """A site's file, written by the site itself."""
    path = settings.studies.parent / f"{name}.json"
    write_site(publish_site(name, units, settings, **given), path, settings, None)
    return path


def first_effect(file: SiteFile) -> SiteEffect:
    return file.effects[0]


def test_merged_sites_give_the_answer_of_all_rows(settings: Settings, tmp_path: Path) -> None:
    parts = [site_file("north", NORTH, settings), site_file("south", SOUTH, settings)]
    merged = merge_sites(parts, tmp_path / "merged.json")
    pooled = SiteFile.model_validate_json(site_file("all", REGIONS, settings).read_bytes())
    assert merged.sites == ["north", "south"]
    for ours, theirs in zip(merged.effects, pooled.effects, strict=True):
        assert ours.answer is not None
        assert theirs.answer is not None
        for mine, other in zip(ours.answer.averages, theirs.answer.averages, strict=True):
            assert mine.estimate == pytest.approx(other.estimate, rel=1e-12)
            assert mine.std_error == pytest.approx(other.std_error, rel=1e-12)
        mine, other = (
            np.array([list(row.model_dump().values()) for row in one.answer.event_study], float)
            for one in (ours, theirs)
        )
        np.testing.assert_allclose(mine, other, rtol=1e-11, atol=1e-12)


def test_a_site_file_holds_the_effect_and_no_unit(settings: Settings) -> None:
    path = site_file("north", NORTH, settings)
    text = path.read_text(encoding="utf-8")
    assert not any(region in text for region in REGIONS)
    effect = first_effect(SiteFile.model_validate_json(text))
    assert [(one.start, one.count) for one in effect.cohorts] == [(None, 5), (12, 5)]
    assert effect.answer is not None
    assert effect.answer.averages[0].estimate == pytest.approx(EFFECT, abs=1.5)


def test_a_merged_file_merges_again(settings: Settings, tmp_path: Path) -> None:
    parts = [
        site_file("north", NORTH, settings),
        site_file("south", SOUTH, settings),
        site_file("third", REGIONS[3:18], settings),
    ]
    two = tmp_path / "two.json"
    merge_sites(parts[:2], two)
    later = first_effect(merge_sites([two, parts[2]], tmp_path / "late.json"))
    at_once = first_effect(merge_sites(parts, tmp_path / "once.json"))
    assert [one.count for one in later.cohorts] == [one.count for one in at_once.cohorts]
    assert later.cohorts[0].cross == pytest.approx(at_once.cohorts[0].cross, rel=1e-12)


def test_small_cohorts_stay_at_the_site_unless_allowed(call, settings: Settings) -> None:
    folder = publish_site("north", NORTH, settings, small_cell=6)
    out = settings.studies.parent / "north.json"
    refused = call("site", "write", folder, out, "--out", settings.output)
    assert refused.exit_code == Exit.DATA_REJECTED
    assert "2 of 2 effects have a cohort of fewer than 6 clusters" in refused.stderr
    assert not out.exists()
    allowed = call("site", "write", folder, out, "--out", settings.output, "--least", "5")
    assert allowed.exit_code == Exit.DONE
    assert "10 clusters" in allowed.stdout


def test_a_site_without_exposed_units_says_what_it_leaves_out(call, settings: Settings) -> None:
    folder = publish_site("control", REGIONS[10:], settings)
    out = settings.studies.parent / "control.json"
    done = call("site", "write", folder, out, "--out", settings.output)
    assert done.exit_code == Exit.DONE
    assert "shorter_wait: left out (NO_EXPOSED)" in done.stdout


def test_merging_prints_one_line_an_effect_or_json(call, settings: Settings) -> None:
    parts = [site_file("north", NORTH, settings), site_file("south", SOUTH, settings)]
    out = settings.studies.parent / "merged.json"
    shown = call("site", "merge", *parts, "--out", out)
    assert shown.exit_code == Exit.DONE
    assert "20 clusters" in shown.stdout
    assert "Merged 2 sites" in shown.stdout
    found = json.loads(call("site", "merge", *parts, "--out", out, "--json").stdout)
    assert [one["name"] for one in found["shorter_wait"]["averages"]] == [
        "simple",
        "event_time",
        "group",
        "calendar",
    ]


def test_the_same_site_does_not_count_twice(call, settings: Settings) -> None:
    part = site_file("north", NORTH, settings)
    result = call("site", "merge", part, part, "--out", part.with_name("m.json"))
    assert result.exit_code == Exit.DATA_REJECTED
    assert "counted twice" in result.stderr


def test_sites_with_different_plans_do_not_merge(settings: Settings, tmp_path: Path) -> None:
    parts = [
        site_file("north", NORTH, settings),
        site_file("south", SOUTH, settings, anticipation=1),
    ]
    with pytest.raises(UserError, match="cannot be merged") as caught:
        merge_sites(parts, tmp_path / "merged.json")
    assert caught.value.why == "They differ in plan_sha256."


def test_sites_with_different_periods_do_not_merge(settings: Settings, tmp_path: Path) -> None:
    parts = [site_file("north", NORTH, settings), site_file("south", SOUTH, settings)]
    changed = json.loads(parts[1].read_bytes())
    for effect in changed["effects"]:
        effect["periods"][-1] += 1
    parts[1].write_text(json.dumps(changed), encoding="utf-8")
    with pytest.raises(UserError, match="cannot be merged") as caught:
        merge_sites(parts, tmp_path / "merged.json")
    assert caught.value.why == "They differ in periods."


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"cohorts": [{"start": None, "count": 1, "mean": [1.0], "cross": [0.0]}]}, "effects.0"),
        ({"periods": [3, 2]}, "effects.0"),
        ({"incomplete_count": -1}, "effects.0.incomplete_count"),
    ],
)
def test_a_file_that_is_not_one_is_refused_without_its_values(
    call, settings: Settings, change: dict[str, object], place: str
) -> None:
    part = site_file("north", NORTH, settings)
    broken = json.loads(part.read_bytes())
    broken["effects"][0] |= change
    part.write_text(json.dumps(broken), encoding="utf-8")
    result = call("site", "merge", part, "--out", part.with_name("m.json"))
    assert result.exit_code == Exit.DATA_REJECTED
    assert place in result.stderr
    assert str(broken["effects"][0]["cohorts"][0]["mean"][0]) not in result.stderr


def test_two_cohorts_cannot_start_together(settings: Settings) -> None:
    effect = first_effect(
        SiteFile.model_validate_json(site_file("north", NORTH, settings).read_bytes())
    )
    with pytest.raises(ValueError, match="period of its own"):
        SiteEffect.model_validate(
            {**effect.model_dump(), "cohorts": [effect.cohorts[0], effect.cohorts[0]]}
        )


def test_text_that_is_not_json_is_refused(call, tmp_path: Path) -> None:
    part = tmp_path / "site.json"
    part.write_text("no", encoding="utf-8")
    result = call("site", "merge", part, "--out", tmp_path / "m.json")
    assert result.exit_code == Exit.DATA_REJECTED
    assert "its JSON" in result.stderr


def test_without_a_plan_or_with_another_one_nothing_is_written(call, settings: Settings) -> None:
    folder = publish_site("north", NORTH, settings)
    out = settings.studies.parent / "north.json"
    plan = folder / "plan.yaml"
    plan.write_text(plan.read_text(encoding="utf-8").replace("1.0", "2.0"), encoding="utf-8")
    changed = call("site", "write", folder, out, "--out", settings.output)
    assert changed.exit_code == Exit.USAGE
    plan.unlink()
    without = call("site", "write", folder, out, "--out", settings.output)
    assert without.exit_code == Exit.USAGE
    assert "no plan.yaml" in without.stderr
