"""What may be taken over from a published generation, and digests that are remembered."""

import errno
import os
import time
from pathlib import Path
from typing import Any

import pytest

from intake.table_keys import table_keys
from pipelines.digest_cache import DigestCache
from pipelines.files import sha256_of, write_json
from pipelines.reuse import find_reuse, take_over
from schemas.study import Study

HOUR_NS = 3_600_000_000_000
UNIT = [f"{stage}/{stage}_unit.parquet" for stage in ("raw", "core", "quarantine")]


class Counted:
    """A digest that counts how often a file was read."""

    __name__ = "counted"

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, path: Path) -> str:
        self.count += 1
        return sha256_of(path)


def aged(path: Path, content: bytes, hours: int = 1) -> Path:
    """A file last changed some hours ago."""
    path.write_bytes(content)
    then = time.time_ns() - hours * HOUR_NS
    os.utime(path, ns=(then, then))
    return path


def reopened(cache: DigestCache) -> DigestCache:
    cache.save()
    again = DigestCache(cache.path)
    again.load()
    return again


def test_a_file_that_did_not_change_is_hashed_once(tmp_path: Path) -> None:
    path, digest = aged(tmp_path / "a.csv", b"one"), Counted()
    cache = DigestCache(tmp_path / "digests.json")
    found = [cache.digest(path, digest)]
    found.append(reopened(cache).digest(path, digest))
    assert found == [sha256_of(path)] * 2
    assert digest.count == 1


@pytest.mark.parametrize("content", [b"two", b"longer than before"])
def test_a_file_that_changed_is_hashed_again(tmp_path: Path, content: bytes) -> None:
    path, digest = aged(tmp_path / "a.csv", b"one", hours=2), Counted()
    cache = DigestCache(tmp_path / "digests.json")
    cache.digest(path, digest)
    aged(path, content)
    assert reopened(cache).digest(path, digest) == sha256_of(path)
    assert digest.count == 2


def test_a_change_that_keeps_size_and_time_shows_in_the_inode(tmp_path: Path) -> None:
    path, digest = aged(tmp_path / "a.csv", b"one"), Counted()
    before = path.stat()
    cache = DigestCache(tmp_path / "digests.json")
    cache.digest(path, digest)
    time.sleep(0.02)
    path.write_bytes(b"two")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert reopened(cache).digest(path, digest) == sha256_of(path)


def test_a_file_changed_a_moment_ago_is_not_trusted(tmp_path: Path) -> None:
    path, digest = tmp_path / "a.csv", Counted()
    path.write_bytes(b"one")
    cache = DigestCache(tmp_path / "digests.json")
    cache.digest(path, digest)
    reopened(cache).digest(path, digest)
    assert digest.count == 2


def test_without_reuse_nothing_is_remembered(tmp_path: Path) -> None:
    path, digest = aged(tmp_path / "a.csv", b"one"), Counted()
    cache = DigestCache(tmp_path / "digests.json", is_on=False)
    cache.load()
    cache.digest(path, digest)
    cache.save()
    assert not cache.path.exists()
    assert digest.count == 1


def test_a_hard_link_leaves_what_is_remembered_valid(tmp_path: Path) -> None:
    path, digest = aged(tmp_path / "a.parquet", b"one"), Counted()
    cache = DigestCache(tmp_path / "digests.json")
    cache.digest(path, digest, uses_links=True)
    take_over(path, tmp_path / "b.parquet")
    again = reopened(cache)
    assert again.digest(tmp_path / "b.parquet", digest, uses_links=True) == sha256_of(path)
    assert digest.count == 1


@pytest.mark.parametrize("content", ["", "{", "[]", '{"a": 1}'])
def test_a_cache_that_cannot_be_read_is_as_good_as_none(tmp_path: Path, content: str) -> None:
    (tmp_path / "digests.json").write_text(content, encoding="utf-8")
    cache = DigestCache(tmp_path / "digests.json")
    cache.load()
    path = aged(tmp_path / "a.csv", b"one")
    assert cache.digest(path, Counted()) == sha256_of(path)


def published(folder: Path, **record: Any) -> Path:
    """A generation that made the unit table from the key `k`."""
    for name in UNIT:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(name.encode())
    told = {
        "intake": {"unit": {"key": "k", "notes": ["a note"]}},
        "outputs": {name: sha256_of(folder / name) for name in UNIT},
        "checks": {"core_unit_is_valid": {"passed": True, "detail": {"rules_broken": []}}},
    }
    write_json(folder / "run.json", {**told, **record})
    return folder


def cache_in(folder: Path) -> DigestCache:
    return DigestCache(folder / "digests.json")


def test_a_table_made_from_the_same_is_taken_over_with_its_check_and_notes(tmp_path: Path) -> None:
    folder = published(tmp_path / "r1")
    reuse = find_reuse(folder, {"unit": "k"}, cache_in(tmp_path))
    assert reuse.path(Path(UNIT[0])) == folder / UNIT[0]
    assert reuse.path(Path("panel/panel_unit.parquet")) is None
    assert reuse.path(Path("raw/raw_outcome.parquet")) is None
    assert reuse.check("core_unit_is_valid") == {"rules_broken": []}
    assert reuse.check("panel_is_valid") is None
    assert (reuse.notes("unit"), reuse.notes("outcome")) == (["a note"], None)


@pytest.mark.parametrize("key", ["another", None])
def test_a_table_made_from_something_else_is_not_taken_over(
    tmp_path: Path, key: str | None
) -> None:
    folder = published(tmp_path / "r1", intake={"unit": {"key": None if key is None else "k"}})
    assert find_reuse(folder, {"unit": key}, cache_in(tmp_path)).intake == {}


def test_a_damaged_or_lacking_file_is_not_taken_over(tmp_path: Path) -> None:
    folder = published(tmp_path / "r1")
    (folder / UNIT[1]).write_bytes(b"other bytes")
    assert find_reuse(folder, {"unit": "k"}, cache_in(tmp_path)).intake == {}
    published(folder)
    (folder / UNIT[2]).unlink()
    assert find_reuse(folder, {"unit": "k"}, cache_in(tmp_path)).intake == {}


@pytest.mark.parametrize("content", ["", "{", "[]", '{"intake": {}}', '{"intake": {"unit": {}}}'])
def test_a_record_that_cannot_be_used_gives_nothing(tmp_path: Path, content: str) -> None:
    folder = published(tmp_path / "r1")
    (folder / "run.json").write_text(content, encoding="utf-8")
    assert find_reuse(folder, {"unit": "k"}, cache_in(tmp_path)).intake == {}


def test_before_the_first_publication_nothing_is_taken_over(tmp_path: Path) -> None:
    assert find_reuse(None, {"unit": "k"}, cache_in(tmp_path)).path(Path(UNIT[0])) is None


def test_where_links_fail_a_file_is_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source, target = aged(tmp_path / "a", b"one"), tmp_path / "b"

    def refuse(*_paths: Path) -> None:
        raise OSError(errno.EXDEV, "another device")

    monkeypatch.setattr(os, "link", refuse)
    take_over(source, target)
    assert target.read_bytes() == b"one"
    assert target.stat().st_ino != source.stat().st_ino


def test_another_fault_of_a_link_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_paths: Path) -> None:
        raise OSError(errno.ENOSPC, "no room")

    monkeypatch.setattr(os, "link", refuse)
    with pytest.raises(OSError, match="no room"):
        take_over(aged(tmp_path / "a", b"one"), tmp_path / "b")


def study(**settings: Any) -> Study:
    return Study.model_validate(
        {
            "study_id": "small",
            "title": "A small study",
            "period": "year",
            "window": {"start": "2000-01-01", "end": "2009-12-31"},
            "as_of": "2010-06-30",
            "currency": "EUR",
            "sources": [
                {"table": table, "path": f"{table}.csv"} for table in ("unit", "measure", "outcome")
            ],
            **settings,
        }
    )


DIGESTS = {"unit.csv": "u", "measure.csv": "m", "outcome.csv": "o"}


def changed(digests: dict[str, str], code: str = "1", **settings: Any) -> set[str]:
    """Tables whose key is not that of the unchanged study."""
    before, after = table_keys(study(), DIGESTS, "1"), table_keys(study(**settings), digests, code)
    return {table for table in before if before[table] != after[table]}


def test_a_source_changes_its_table_and_those_that_refer_to_it() -> None:
    assert changed(DIGESTS) == set()
    assert changed({**DIGESTS, "outcome.csv": "x"}) == {"outcome"}
    assert {"unit", "outcome"} <= changed({**DIGESTS, "unit.csv": "x"})
    assert "measure" not in changed({**DIGESTS, "unit.csv": "x"})


def test_code_and_clock_change_every_table_and_the_title_none() -> None:
    every = set(table_keys(study(), DIGESTS, "1"))
    assert changed(DIGESTS, code="2") == changed(DIGESTS, as_of="2011-01-01") == every
    assert changed(DIGESTS, title="Another title") == set()


def test_a_mapping_changes_its_table() -> None:
    sources = [dict(source) for source in study().model_dump(mode="json")["sources"]]
    sources[2]["mapping"] = {"constants": {"subgroup_id": "all"}}
    assert changed(DIGESTS, sources=sources) == {"outcome"}


def test_what_has_no_digest_has_no_key() -> None:
    keys = table_keys(study(), {"measure.csv": "m", "outcome.csv": "o"}, "1")
    assert keys["measure"] is not None
    assert keys["unit"] is keys["outcome"] is None
