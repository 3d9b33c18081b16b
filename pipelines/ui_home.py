"""Where `advocacy ui` keeps its history, which studies it shows, and its one port."""

import errno
import fcntl
import json
import os
import shutil
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from pipelines.errors import Exit, UserError
from pipelines.settings import Settings, find_study, study_folders

LOOPBACK = "127.0.0.1"
INSTANCE = Path(__file__).parent / "templates" / "dagster.yaml"
NOT_IN_A_KEY = ("...", "\a", "\b", "\f", "\n", "\r", "\t", "\v", "\0")
"""What Dagster refuses in the key of a partition."""


@dataclass(frozen=True)
class UiHome:
    """DAGSTER_HOME of one project: its instance file, its history and its logs."""

    folder: Path

    @property
    def logs(self) -> Path:
        """What the server processes wrote since the last start."""
        return self.folder / "server_logs"

    def make(self) -> None:
        """Create the folders and write the instance file.

        Raises:
            UserError: They cannot be written (exit 73).
        """
        try:
            self.logs.mkdir(parents=True, exist_ok=True, mode=0o700)
            shutil.copyfile(INSTANCE, self.folder / "dagster.yaml")
        except OSError as error:
            raise UserError(
                Exit.PATH_NOT_USABLE,
                f"The folder {self.folder} cannot be written.",
                error.strerror or type(error).__name__,
                "Make it writable, or set ADVOCACY_HOME to a folder that is: history lies there.",
            ) from error

    @contextmanager
    def held(self, address: str) -> Iterator[None]:
        """Hold the only right to serve this project's history.

        Raises:
            UserError: Another `advocacy ui` holds it (exit 75).
        """
        with (self.folder / "ui.lock").open("a+", encoding="utf-8") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                file.seek(0)
                raise _already_open(file.read()) from error
            file.truncate(0)
            json.dump({"process": os.getpid(), "address": address}, file)
            file.flush()
            yield
            file.truncate(0)


def shown_studies(names: Sequence[str], settings: Settings) -> dict[str, Path]:
    """Every study to show, by the name of its folder: those known, and those of `names`.

    A name is a study, or a folder of study folders.

    Raises:
        UserError: A name is no study, or two studies have the same name (exit 2).
    """
    given = [folder for name in names for folder in _under(name, settings)]
    shown: dict[str, Path] = {}
    for folder in (path.resolve() for path in (*study_folders(settings), *given)):
        if shown.setdefault(folder.name, folder) != folder:
            raise UserError(
                Exit.USAGE,
                f"Two studies are called '{folder.name}'.",
                f"One is {shown[folder.name]}, the other {folder}.",
                "Rename one of the folders.",
            )
        if any(part in folder.name for part in NOT_IN_A_KEY):
            raise UserError(
                Exit.USAGE,
                f"The study folder {folder.name!r} cannot be shown.",
                "Its name has '...' or a control character.",
                "Rename the folder.",
            )
    return shown


def require_free(port: int) -> None:
    """Make sure that this machine's port can be listened on.

    Raises:
        UserError: Something else listens on it, or it is not for users (exit 2).
    """
    try:
        _bind(port)
    except OSError as error:
        taken = error.errno == errno.EADDRINUSE
        raise UserError(
            Exit.USAGE,
            f"Port {port} is taken." if taken else f"Port {port} cannot be opened.",
            "Another program listens on it." if taken else str(error.strerror),
            f"Stop that program, or take another port: advocacy ui --port {free_port()}",
        ) from error


def free_port() -> int:
    """A port of this machine on which nothing listens."""
    return _bind(0)


def _bind(port: int) -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((LOOPBACK, port))
        return int(probe.getsockname()[1])


def _under(name: str, settings: Settings) -> list[Path]:
    folder = Path(name)
    if not (folder / "study.yaml").is_file() and folder.is_dir():
        inside = sorted(path.parent for path in folder.glob("*/study.yaml"))
        if inside:
            return inside
    return [find_study(name, settings)]


def _already_open(holder: str) -> UserError:
    who, where = "Another process shows it.", "Use that one, or stop it first."
    with suppress(ValueError, KeyError, TypeError):
        known = json.loads(holder)
        who = f"Process {known['process']} shows it at {known['address']}."
    return UserError(Exit.LOCKED, "The UI of this project is open already.", who, where)
