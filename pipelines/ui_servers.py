"""The three processes behind `advocacy ui`: started, waited for, and stopped together."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from urllib.error import URLError

from pipelines.errors import Exit, UserError
from pipelines.ui_home import LOOPBACK, UiHome

CODE, WEB, DAEMON = "code", "webserver", "daemon"
LOCATION = "advocacy"
MEASURE_IMPACT = "measure_impact"
"""A job by which a loaded code location is known; `pipelines.jobs` would import Dagster."""
JOBS = "{ repositoriesOrError { ... on RepositoryConnection { nodes { jobs { name } } } } }"
PATIENCE, GRACE, TICK = 120.0, 15.0, 0.2
"""Seconds: for the start, for an orderly end, and between two looks."""


@dataclass
class Servers:
    """Dagster's code server, webserver and daemon, each the head of its own process group."""

    home: UiHome
    port: int
    environment: Mapping[str, str]
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def address(self) -> str:
        """Where the UI is."""
        return f"http://{LOOPBACK}:{self.port}"

    def start(self, scratch: Path) -> None:
        """Start all three; they find each other by a socket in `scratch`."""
        channel = scratch / "code.sock"
        workspace = scratch / "workspace.yaml"
        server = f"{{socket: {channel}, location_name: {LOCATION}}}"
        workspace.write_text(f"load_from:\n  - grpc_server: {server}\n", encoding="utf-8")
        with _interruptible():
            self._start(CODE, code_server(channel))
            self._start(WEB, webserver(workspace, self.port))
            self._start(DAEMON, daemon(workspace))

    def wait(self) -> None:
        """Return as soon as the UI answers and shows the studies' assets.

        Raises:
            UserError: A process ended, or two minutes passed (exit 4).
        """
        end = time.monotonic() + PATIENCE
        while not is_loaded(self.address):
            self.require_running()
            if time.monotonic() > end:
                raise _failed("The UI did not answer within two minutes.", self.home.logs)
            time.sleep(TICK)

    def require_running(self) -> None:
        """Make sure that all three go on.

        Raises:
            UserError: One has ended (exit 4).
        """
        for name, process in self.running.items():
            if process.poll() is not None:
                raise _failed(f"The {name} of Dagster ended.", self.home.logs / f"{name}.log")

    def stop(self) -> None:
        """End all three and every run they started; what does not end in time is killed."""
        for process in self.running.values():
            _tell(process, signal.SIGTERM)
        end = time.monotonic() + GRACE
        while time.monotonic() < end and any(map(_has_members, self.running.values())):
            time.sleep(TICK)
        for process in self.running.values():
            _tell(process, signal.SIGKILL)
            process.wait()

    def _start(self, name: str, command: Sequence[str]) -> None:
        with (self.home.logs / f"{name}.log").open("wb") as log:
            self.running[name] = subprocess.Popen(  # noqa: S603 - our own command, no shell
                [sys.executable, *command],
                env=dict(self.environment),
                cwd=self.home.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )


@contextmanager
def serving(home: UiHome, port: int, environment: Mapping[str, str]) -> Iterator[Servers]:
    """Servers that run until the block ends, however it ends."""
    with tempfile.TemporaryDirectory(prefix="advocacy-") as scratch:
        servers = Servers(home, port, environment)
        try:
            servers.start(Path(scratch))
            yield servers
        finally:
            with undisturbed():
                servers.stop()


def code_server(channel: Path) -> list[str]:
    """The command of the process that holds our definitions and starts runs."""
    command = ["-m", "dagster", "api", "grpc", "--socket", str(channel), "--location-name"]
    module = ["-m", "pipelines.definitions", "--use-python-environment-entry-point"]
    return [*command, LOCATION, *module, "--log-level", "warning"]


def webserver(workspace: Path, port: int) -> list[str]:
    """The command of the UI, on this machine only."""
    listen = ["-h", LOOPBACK, "-p", str(port)]
    return ["-m", "dagster_webserver", *listen, "-w", str(workspace)]


def daemon(workspace: Path) -> list[str]:
    """The command of the daemon: queue, sensors, schedules."""
    return ["-m", "dagster._daemon", "run", "-w", str(workspace)]


def is_loaded(address: str) -> bool:
    """Whether the UI answers and its code location is there."""
    request = urllib.request.Request(  # noqa: S310 - always this machine's http address
        f"{address}/graphql",
        json.dumps({"query": JOBS}).encode(),
        {"content-type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - the same
            return MEASURE_IMPACT in str(answer.read())
    except (URLError, OSError):
        return False


class undisturbed:  # noqa: N801 - reads as a phrase after `with`
    """While it lasts, Ctrl-C and SIGTERM wait for nobody: stopping goes to its end."""

    def __init__(self) -> None:
        self.before = {number: signal.getsignal(number) for number in SIGNALS}

    def __enter__(self) -> None:
        for number in SIGNALS:
            signal.signal(number, signal.SIG_IGN)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        for number, handler in self.before.items():
            signal.signal(number, handler)


SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def _interruptible() -> Iterator[None]:
    """Processes that start meanwhile hear an interruption, also where we ignore it.

    A shell lets what it starts in the background ignore it, and Dagster's code server ends itself
    by one.
    """
    before = signal.getsignal(signal.SIGINT)
    if before == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _tell(process: subprocess.Popen[bytes], number: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)


def _has_members(process: subprocess.Popen[bytes]) -> bool:
    """Whether anything of its group is left; the head is collected as soon as it has ended."""
    process.poll()
    try:
        os.killpg(process.pid, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def _failed(what: str, log: Path) -> UserError:
    return UserError(
        Exit.INTERNAL, what, f"Its own words are in {log}.", "Start it again; report what it says."
    )
