"""One writer at a time: an advisory lock that names its holder and dies with it."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipelines.errors import Exit, UserError


@contextmanager
def writer_lock(folder: Path, run_id: str) -> Iterator[None]:
    """Hold the only right to write generations under `folder`.

    Raises:
        UserError: Another run holds it (exit 75).
    """
    path = folder / "lock"
    with path.open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            raise _held(file.read()) from error
        file.truncate(0)
        json.dump({"process": os.getpid(), "run_id": run_id}, file)
        file.flush()
        yield
        file.truncate(0)


def require_free_lock(folder: Path) -> None:
    """Tell at once of a run that is going; whether this one may go on, `writer_lock` says.

    Raises:
        UserError: A run holds the lock (exit 75).
    """
    path = folder / "lock"
    holder = path.read_text(encoding="utf-8") if path.is_file() else ""
    if not holder:
        return
    with path.open(encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise _held(holder) from error


def _held(holder: str) -> UserError:
    try:
        known = json.loads(holder)
        who = f"Process {known['process']} (run {known['run_id']}) holds the lock."
    except (ValueError, KeyError, TypeError):
        who = "Another process holds the lock."
    return UserError(
        Exit.LOCKED,
        "Another run of this study is going.",
        who,
        "Wait until it has ended, then run again; the last published results stay readable.",
    )
