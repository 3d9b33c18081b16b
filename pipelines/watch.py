"""Which studies' files changed since a run was asked for; a file being copied is waited for."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from intake.plan_checks import STUDY_FILE
from intake.problems import Rejected
from intake.study import input_files, read_study


@dataclass(frozen=True)
class Seen:
    """State of a study's files: when a run was last asked for, and when last looked at."""

    asked: str
    last: str


def source_state(folder: Path) -> str:
    """A digest of name, size and time of change of every input file; contents are not read."""
    try:
        names = input_files(read_study(folder))
    except Rejected:
        names = [STUDY_FILE]
    digest = hashlib.sha256()
    for name in names:
        path = folder / name
        stat = path.stat() if path.is_file() else None
        state = (name, stat.st_size, stat.st_mtime_ns) if stat else (name, None)
        digest.update(json.dumps(state).encode())
    return digest.hexdigest()


def changed_studies(
    cursor: str | None, states: Mapping[str, str]
) -> tuple[dict[str, str], dict[str, Seen]]:
    """Studies to run with the state they are in, and what to remember.

    A study runs when its files differ from those it was last run for, and have not changed
    between two looks. One that is seen for the first time is only remembered.
    """
    before = remembered(cursor)
    after, ready = {}, {}
    for name, state in states.items():
        seen = before.get(name, Seen(state, state))
        is_ready = seen.asked != state == seen.last
        if is_ready:
            ready[name] = state
        after[name] = Seen(state if is_ready else seen.asked, state)
    return ready, after


def remembered(cursor: str | None) -> dict[str, Seen]:
    """What a cursor says; nothing where there is none or it cannot be read."""
    try:
        pairs = json.loads(cursor or "{}")
        return {name: Seen(*pair) for name, pair in pairs.items()}
    except (ValueError, TypeError, AttributeError):
        return {}


def as_cursor(seen: Mapping[str, Seen]) -> str:
    """A cursor that `remembered` reads."""
    return json.dumps({name: [one.asked, one.last] for name, one in sorted(seen.items())})
