"""Files are written whole or not at all."""

import os
from pathlib import Path

import pytest

from pipelines.errors import Exit, UserError
from pipelines.files import read_json, sha256_of, write_atomic, write_json
from pipelines.generation import StudyOutput

SHA256_OF_ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_a_digest_is_sha256(tmp_path: Path) -> None:
    write_atomic(tmp_path / "abc", b"abc")
    assert sha256_of(tmp_path / "abc") == SHA256_OF_ABC


def test_a_failed_write_leaves_the_old_bytes_and_no_litter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    write_atomic(path, b"old")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device", str(descriptor))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_atomic(path, b"new")
    assert path.read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]


def test_json_is_sorted_and_read_back(tmp_path: Path) -> None:
    write_json(tmp_path / "a.json", {"b": 1, "a": "é"})
    assert (tmp_path / "a.json").read_text(encoding="utf-8") == '{\n "a": "é",\n "b": 1\n}\n'
    assert read_json(tmp_path / "a.json") == {"a": "é", "b": 1}
    assert read_json(tmp_path / "none.json") is None


def test_current_names_one_generation_at_a_time(tmp_path: Path) -> None:
    output = StudyOutput(tmp_path / "study")
    output.make()
    assert output.current() is None
    for run_id in ("one", "two"):
        (output.runs / run_id).mkdir()
        output.point_to(run_id)
        assert output.current() == output.runs / run_id


def test_an_output_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "study").write_text("", encoding="utf-8")
    with pytest.raises(UserError, match="cannot be written") as refused:
        StudyOutput(tmp_path / "study").make()
    assert refused.value.code == Exit.PATH_NOT_USABLE


@pytest.mark.parametrize("content", ["../../..\n", "\n", "\u00e9\n"])
def test_a_damaged_pointer_publishes_nothing(tmp_path: Path, content: str) -> None:
    output = StudyOutput(tmp_path / "study")
    output.make()
    output.pointer.write_text(content, encoding="utf-8")
    assert output.current() is None
