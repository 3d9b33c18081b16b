"""Digests of large files that did not change, remembered as git's index remembers them."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipelines.files import read_json, write_json

Digest = Callable[[Path], str]
RACY_NS = 2_000_000_000
"""The coarsest time stamp of a file system in use: within it a change may leave no trace."""


@dataclass
class DigestCache:
    """Digests by device and inode; trusted while size and times are those that were hashed.

    A file that was changed less than two seconds before it was hashed is hashed again, because a
    change in the same instant would not show. `uses_links` leaves the time of the inode's last
    change out, which a hard link moves.
    """

    path: Path
    is_on: bool = True
    entries: dict[str, Any] = field(default_factory=dict)
    used: dict[str, Any] = field(default_factory=dict)

    def load(self) -> None:
        """Read what was remembered; a file that cannot be read is as good as none."""
        try:
            found = read_json(self.path) if self.is_on else None
        except (OSError, ValueError):
            found = None
        self.entries = found if isinstance(found, dict) else {}

    def save(self) -> None:
        """Keep the digests that were asked for since `load`, all or none."""
        if self.is_on:
            write_json(self.path, self.used)

    def digest(self, path: Path, compute: Digest, *, uses_links: bool = False) -> str:
        """The digest of a file, computed only where it may have changed."""
        stamp = stamp_of(path, uses_links=uses_links)
        name = f"{compute.__name__}:{stamp.pop('file')}"
        known = self.used.get(name) or self.entries.get(name)
        if isinstance(known, dict) and "digest" in known and known == {**known, **stamp}:
            self.used[name] = known
            return str(known["digest"])
        hashed_at = time.time_ns()
        digest = compute(path)
        after = stamp_of(path, uses_links=uses_links)
        after.pop("file")
        if after == stamp and stamp["mtime_ns"] + RACY_NS < hashed_at:
            self.used[name] = {**stamp, "digest": digest}
        return digest


def stamp_of(path: Path, *, uses_links: bool = False) -> dict[str, Any]:
    """Device, inode, size and times of a file; `uses_links` leaves the inode's last change out."""
    found: os.stat_result = path.stat()
    return {
        "file": f"{found.st_dev}:{found.st_ino}",
        "size": found.st_size,
        "mtime_ns": found.st_mtime_ns,
        "ctime_ns": None if uses_links else found.st_ctime_ns,
    }
