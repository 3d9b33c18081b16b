"""One writer at a time."""

import multiprocessing
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest

from pipelines.errors import Exit, UserError
from pipelines.lock import require_free_lock, writer_lock


def _hold(folder: Path, held: Event, release: Event) -> None:
    with writer_lock(folder, "first"):
        held.set()
        release.wait(20)


def test_a_second_writer_is_told_who_holds_the_lock(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    held, release = context.Event(), context.Event()
    holder = context.Process(target=_hold, args=(tmp_path, held, release))
    holder.start()
    assert held.wait(20)
    with pytest.raises(UserError) as refused, writer_lock(tmp_path, "second"):
        pass
    release.set()
    holder.join(20)
    assert refused.value.code == Exit.LOCKED
    assert str(holder.pid) in refused.value.why
    assert "first" in refused.value.why


def test_the_lock_is_free_after_its_holder_ended(tmp_path: Path) -> None:
    with writer_lock(tmp_path, "first"):
        pass
    with writer_lock(tmp_path, "second"):
        assert "second" in (tmp_path / "lock").read_text(encoding="utf-8")


def test_a_holder_that_left_no_name_is_still_a_holder(tmp_path: Path) -> None:
    with writer_lock(tmp_path, "first"):
        (tmp_path / "lock").write_text("", encoding="utf-8")
        with pytest.raises(UserError, match="Another run") as refused, writer_lock(tmp_path, "x"):
            pass
    assert refused.value.why == "Another process holds the lock."


def test_a_run_that_is_going_is_told_before_another_begins(tmp_path: Path) -> None:
    require_free_lock(tmp_path)
    with writer_lock(tmp_path, "first"):
        with pytest.raises(UserError, match="Another run") as refused:
            require_free_lock(tmp_path)
        assert refused.value.code == Exit.LOCKED
    require_free_lock(tmp_path)


def test_what_a_killed_run_left_in_the_lock_holds_nobody_up(tmp_path: Path) -> None:
    (tmp_path / "lock").write_text('{"process": 1, "run_id": "killed"}', encoding="utf-8")
    require_free_lock(tmp_path)
