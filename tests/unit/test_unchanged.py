"""A run that would publish the same again is not made; any change makes it needed."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from pipelines import unchanged
from pipelines.files import read_json, sha256_of, write_json
from pipelines.generation import LOCK_NAME, READS_NAME, RUN, StudyOutput
from pipelines.settings import Settings
from pipelines.unchanged import WATCHED, plan_state, published_already, watch
from tests.findings_samples import prop99

SOURCES = ("unit.csv", "outcome.csv")
Changed = Callable[[Path, StudyOutput], object]


class World:
    """A study folder and its published run."""

    def __init__(self, home: Path) -> None:
        self.settings = Settings(studies=home / "studies", output=home / "output")
        self.folder = self.settings.studies / "small"
        self.folder.mkdir(parents=True)
        (self.folder / "study.yaml").write_text("study_id: small\n")
        (self.folder / "plan.yaml").write_text("effects: []\n")
        for name in SOURCES:
            (self.folder / name).write_text("a\n1\n")
        write_json(self.folder / LOCK_NAME, {"plan_sha256": "p", "looks": 3, "amendments": []})
        self.output = StudyOutput(self.settings.output / "small")
        self.output.make()
        write_json(self.output.folder / READS_NAME, {"plan_sha256": "p"})
        self.run = self.output.runs / "r1"
        self.run.mkdir()
        (self.run / "findings.json").write_text(prop99().model_dump_json())
        (self.run / "report.html").write_text("<p>")
        (self.run / "results.duckdb").write_text("")
        self.output.point_to("r1")

    def publish(self, *sources: str | None, as_of: dt.date | None = None) -> None:
        """Record the run as made from what is there now."""
        seen = watch(self.folder, sources or SOURCES, as_of)
        seen["plan"] = plan_state(self.folder, self.output.folder)
        outputs = {name: sha256_of(self.run / name) for name in ("findings.json", "report.html")}
        write_json(self.run / RUN, {WATCHED: seen, "outputs": outputs, "looks": 3})

    def is_known(self, as_of: dt.date | None = None) -> bool:
        """Whether the published run stands for a new one."""
        return published_already(self.folder, self.settings, as_of) is not None


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """A world whose files count as old."""
    monkeypatch.setattr(unchanged, "RACY_NS", -(10**12))
    return World(tmp_path)


def test_the_published_run_stands_for_one_that_would_be_the_same(world: World) -> None:
    world.publish()
    found = published_already(world.folder, world.settings, None)
    assert found is not None
    assert (found.folder, found.looks, found.was_plan_frozen) == (world.run, 3, False)
    assert found.findings == prop99()
    lock = read_json(world.folder / LOCK_NAME)
    write_json(world.folder / LOCK_NAME, {**lock, "looks": 9})
    assert world.is_known()


def rewrite(path: Path) -> None:
    """The same text under another inode."""
    text = path.read_bytes()
    path.unlink()
    path.write_bytes(text + b"\n")


CHANGES: dict[str, Changed] = {
    "a source": lambda folder, _: rewrite(folder / "outcome.csv"),
    "a source that is gone": lambda folder, _: (folder / "unit.csv").unlink(),
    "study.yaml": lambda folder, _: rewrite(folder / "study.yaml"),
    "plan.yaml": lambda folder, _: rewrite(folder / "plan.yaml"),
    "an amendment": lambda folder, _: write_json(
        folder / LOCK_NAME, {"plan_sha256": "q", "amendments": [{"reason": "why"}]}
    ),
    "no lock": lambda folder, _: (folder / LOCK_NAME).unlink(),
    "outcomes read under another plan": lambda _, output: write_json(
        output.folder / READS_NAME, {"plan_sha256": "other"}
    ),
    "a published file": lambda _, output: (output.runs / "r1" / "report.html").write_text("<b>"),
    "a published file that is gone": lambda _, output: (
        output.runs / "r1" / "results.duckdb"
    ).unlink(),
    "findings": lambda _, output: (output.runs / "r1" / "findings.json").write_text("{}"),
    "a damaged record": lambda _, output: (output.runs / "r1" / RUN).write_text("{"),
    "nothing published": lambda _, output: output.pointer.unlink(),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_any_change_makes_a_run_needed(world: World, change: Changed) -> None:
    world.publish()
    assert world.is_known()
    change(world.folder, world.output)
    assert not world.is_known()


def test_a_plan_that_is_added_makes_a_run_needed(world: World) -> None:
    (world.folder / "plan.yaml").unlink()
    world.publish()
    assert world.is_known()
    (world.folder / "plan.yaml").write_text("effects: []\n")
    assert not world.is_known()


def test_another_clock_another_program_or_a_wish_makes_a_run_needed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.publish(as_of=dt.date(2020, 1, 1))
    assert world.is_known(dt.date(2020, 1, 1))
    assert not world.is_known()
    assert not world.is_known(dt.date(2020, 1, 2))
    fresh = replace(world.settings, reuse=False)
    assert published_already(world.folder, fresh, dt.date(2020, 1, 1)) is None
    monkeypatch.setattr(unchanged, "code_version", lambda: "another")
    assert not world.is_known(dt.date(2020, 1, 1))


def test_queries_and_files_changed_just_now_are_always_read(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.publish("unit.csv", None)
    assert not world.is_known()
    monkeypatch.setattr(unchanged, "RACY_NS", 2_000_000_000)
    world.publish()
    assert not world.is_known()
