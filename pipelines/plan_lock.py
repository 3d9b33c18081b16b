"""The frozen plan: its digest, when it was frozen, how often outcomes were looked at."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assets.run import PlanState
from intake.study import load_plan, plan_digest
from pipelines.errors import Exit, UserError
from pipelines.files import read_json, write_json
from pipelines.generation import LOCK_NAME, READS_NAME
from pipelines.settings import Settings, named

FIELDS = frozenset({"plan_sha256", "frozen_at", "looks", "amendments"})


@dataclass(frozen=True)
class PlanLock:
    """The lock beside a plan, and the record of outcome reads beside the results.

    `folder` is the study's, `output` the study's output folder. The record survives the
    deletion of the lock: a plan frozen anew after outcomes were read under another one is
    known to be too late (gate G1).
    """

    folder: Path
    output: Path

    def freeze(self) -> PlanState:
        """Freeze the plan, or hold it against its lock.

        Raises:
            UserError: The plan differs from its lock and was not amended (exit 2).
        """
        plan = load_plan(self.folder)
        if plan is None:
            return PlanState(is_before_outcomes=False, is_amended=False)
        digest = plan_digest(self.folder)
        lock = self._lock() or self._write_new(digest)
        self._require_same(lock, digest)
        reads = read_json(self.output / READS_NAME)
        in_time = reads is None or _is_known(lock, reads["plan_sha256"])
        return PlanState(
            plan=plan,
            sha256=digest,
            is_before_outcomes=in_time,
            is_amended=bool(lock["amendments"]),
        )

    def check(self) -> None:
        """Hold the plan against its lock, where there are both; writes nothing.

        Raises:
            UserError: The plan differs from its lock, or the lock is damaged.
        """
        lock = self._lock()
        if lock is not None and load_plan(self.folder) is not None:
            self._require_same(lock, plan_digest(self.folder))

    def amend(self, reason: str) -> None:
        """Accept a changed plan, with its reason; its results become exploratory."""
        if not reason.strip():
            raise UserError(
                Exit.USAGE,
                "An amendment needs its reason.",
                "The reason given is empty.",
                'Say why the plan changed: --reason "...".',
            )
        digest = plan_digest(self.folder)
        lock = self._lock() or self._write_new(digest)
        if lock["plan_sha256"] == digest:
            raise UserError(
                Exit.USAGE,
                "There is nothing to amend.",
                "plan.yaml is the plan that was frozen.",
                "Change plan.yaml first.",
            )
        change = {"at": _now(), "from_sha256": lock["plan_sha256"], "reason": reason}
        amendments = [*lock["amendments"], change]
        self._write({**lock, "plan_sha256": digest, "amendments": amendments})

    def note_read(self) -> int:
        """Record that outcomes are opened now; returns the number of looks so far."""
        lock = self._lock()
        digest = lock["plan_sha256"] if lock else None
        path = self.output / READS_NAME
        if read_json(path) is None:
            write_json(path, {"first_read_at": _now(), "plan_sha256": digest})
        if lock is None:
            return 0
        looks = int(lock["looks"]) + 1
        self._write({**lock, "looks": looks})
        return looks

    def is_frozen(self) -> bool:
        """Whether a lock exists."""
        return self._lock() is not None

    def _lock(self) -> dict[str, Any] | None:
        try:
            lock: dict[str, Any] | None = read_json(self.folder / LOCK_NAME)
        except ValueError as error:
            raise _unreadable() from error
        if lock is not None and not (isinstance(lock, dict) and set(lock) >= FIELDS):
            raise _unreadable()
        return lock

    def _require_same(self, lock: dict[str, Any], digest: str) -> None:
        if lock["plan_sha256"] == digest:
            return
        study = named(self.folder, Settings())
        raise UserError(
            Exit.USAGE,
            "plan.yaml is not the plan that was frozen.",
            f"{LOCK_NAME} holds the digest of another plan.",
            f'Restore plan.yaml, or say why it changed: advocacy plan amend --reason "..." {study}',
        )

    def _write_new(self, digest: str) -> dict[str, Any]:
        lock = {"plan_sha256": digest, "frozen_at": _now(), "looks": 0, "amendments": []}
        self._write(lock)
        return lock

    def _write(self, lock: dict[str, Any]) -> None:
        try:
            write_json(self.folder / LOCK_NAME, lock)
        except OSError as error:
            raise UserError(
                Exit.PATH_NOT_USABLE,
                f"{LOCK_NAME} cannot be written.",
                f"The study folder {self.folder.name} refuses new files.",
                "Make the study folder writable: a plan must be frozen before outcomes are read.",
            ) from error


def _unreadable() -> UserError:
    return UserError(
        Exit.USAGE,
        f"{LOCK_NAME} is damaged.",
        "It is not what freezing a plan writes.",
        "Restore it from version control; without it the plan counts as frozen too late.",
    )


def _is_known(lock: dict[str, Any], digest: str | None) -> bool:
    earlier = [change["from_sha256"] for change in lock["amendments"]]
    return digest in {lock["plan_sha256"], *earlier}


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
