"""A published run is what was published, to the byte, or it is told which file is not."""

import json
from pathlib import Path

import numpy as np
import pytest

from pipelines.errors import Exit, UserError
from pipelines.files import sha256_of
from pipelines.generation import FINDINGS, REPORT, StudyOutput
from pipelines.settings import Settings
from pipelines.verify import (
    ADDED,
    CHANGED,
    MISSING,
    OTHER,
    differences,
    published_digests,
    verified_text,
    verify_study,
)


@pytest.fixture
def published(settings: Settings, prop99: Path) -> Path:
    """A small generation as publishing leaves it."""
    output = StudyOutput(settings.output / prop99.name)
    output.make()
    folder = output.runs / "run1"
    (folder / "panel").mkdir(parents=True)
    contents = {FINDINGS: b"{}" * 400, REPORT: b"<p>" * 400, "panel/panel.parquet": b"PAR1" * 300}
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    digests = {name: sha256_of(folder / name) for name in contents}
    record = {"outputs": digests, "made_from": {"as_of": "2001-01-01"}}
    (folder / "run.json").write_text(json.dumps(record), encoding="utf-8")
    output.point_to("run1")
    return folder


def test_what_was_published_is_verified(settings: Settings, published: Path) -> None:
    verified = verify_study("prop99", settings)
    assert (verified.files, verified.differences, verified.run_id) == (3, {}, published.name)
    said = "prop99: 3 files are as published by run run1."
    assert verified_text(verified, as_json=False) == said
    assert json.loads(verified_text(verified, as_json=True))["differences"] == {}


def test_each_of_a_thousand_changed_bytes_is_found(published: Path) -> None:
    digests = published_digests(published)
    names, draw = [FINDINGS, REPORT, "panel/panel.parquet"], np.random.default_rng(1)
    for _ in range(1000):
        name = str(draw.choice(names))
        content = (published / name).read_bytes()
        changed = bytearray(content)
        changed[draw.integers(len(content))] ^= 1 << int(draw.integers(8))
        (published / name).write_bytes(bytes(changed))
        assert differences(published, digests) == {name: CHANGED}
        (published / name).write_bytes(content)


def test_a_file_that_is_gone_or_new_is_named(settings: Settings, published: Path) -> None:
    (published / REPORT).unlink()
    (published / "panel" / "more.parquet").touch()
    verified = verify_study("prop99", settings)
    assert verified.differences == {"panel/more.parquet": ADDED, REPORT: MISSING}
    assert verified_text(verified, as_json=False).splitlines() == [
        f"panel/more.parquet  {ADDED}",
        f"{REPORT}  {MISSING}",
        "prop99: run run1 is not verified.",
    ]


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"outputs": 1}'])
def test_a_record_that_cannot_be_read_verifies_nothing(
    settings: Settings, published: Path, content: str
) -> None:
    (published / "run.json").write_text(content, encoding="utf-8")
    with pytest.raises(UserError, match=r"run\.json") as refused:
        verify_study("prop99", settings)
    assert refused.value.code == Exit.VERIFICATION_FAILED


@pytest.mark.slow
def test_a_run_comes_out_the_same_when_it_is_made_again(settings: Settings, prop99: Path) -> None:
    from pipelines.run import run_study  # noqa: PLC0415 - only this test runs a study

    folder = run_study(prop99, settings).folder
    verified = verify_study("prop99", settings, again=True)
    assert verified.differences == {}
    assert "the same" in verified_text(verified, as_json=False)
    measure = prop99 / "measure.csv"
    text = measure.read_text(encoding="utf-8")
    measure.write_text(text.replace("lower_better", "higher_better"), encoding="utf-8")
    changed = verify_study("prop99", settings, again=True)
    assert changed.differences == {FINDINGS: OTHER, REPORT: OTHER}
    assert StudyOutput(settings.output / "prop99").current() == folder
