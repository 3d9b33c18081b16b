"""`advocacy ui`: Dagster on this machine only, one partition per study, history in the project."""

import os
import signal
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.errors import Exit
from pipelines.settings import FOLDERS, HOME, Settings, project_root
from pipelines.ui_home import UiHome, require_free, shown_studies
from pipelines.ui_servers import serving

if TYPE_CHECKING:
    from dagster import DagsterInstance

LOOK_EVERY = 5.0
"""Seconds between two looks at the studies folder."""


def serve_ui(names: Sequence[str], settings: Settings, port: int) -> int:
    """Serve the UI until it is interrupted; says its address as soon as it can be opened.

    Raises:
        UserError: A name is no study, the port is taken, a folder cannot be written, the UI of
            this project is open already, or Dagster ended by itself.
    """
    before = os.umask(0o077)
    try:
        home = UiHome(settings.output.absolute() / ".dagster")
        studies = shown_studies(names, settings)
        home.make()
        with home.held(f"http://127.0.0.1:{port}"), _hangs_up():
            require_free(port)
            with _history(home) as told, serving(home, port, environment(home, studies)) as servers:
                show(told, studies)
                servers.wait()
                print(_said(servers.address, studies, home), flush=True)
                while True:
                    time.sleep(LOOK_EVERY)
                    servers.require_running()
                    show(told, {**shown_studies((), settings), **studies})
    finally:
        os.umask(before)
    return Exit.DONE


def environment(home: UiHome, studies: Mapping[str, Path]) -> dict[str, str]:
    """The environment of the processes: where history lies and where the studies are."""
    folders = os.pathsep.join(str(folder) for folder in studies.values())
    root = str(project_root().absolute())
    return {**os.environ, "DAGSTER_HOME": str(home.folder), HOME: root, FOLDERS: folders}


def show(instance: "DagsterInstance", studies: Mapping[str, Path]) -> None:
    """Make the partitions of the instance those studies, neither more nor fewer."""
    from assets.parts import STUDIES  # noqa: PLC0415 - Dagster takes a second to import

    name = str(STUDIES.name)
    known = set(instance.get_dynamic_partitions(name))
    if added := sorted(set(studies) - known):
        instance.add_dynamic_partitions(name, added)
    for gone in sorted(known - set(studies)):
        instance.delete_dynamic_partition(name, gone)


@contextmanager
def _history(home: UiHome) -> Iterator["DagsterInstance"]:
    """The instance; opened before any server, for a new history must be made by one alone."""
    from dagster import DagsterInstance  # noqa: PLC0415 - a second to import

    with DagsterInstance.from_config(str(home.folder)) as instance:
        yield instance


@contextmanager
def _hangs_up() -> Iterator[None]:
    """A closed terminal ends the UI as SIGTERM does."""
    before = signal.getsignal(signal.SIGHUP)
    if before == signal.SIG_DFL:
        signal.signal(signal.SIGHUP, signal.getsignal(signal.SIGTERM))
    try:
        yield
    finally:
        signal.signal(signal.SIGHUP, before)


def _said(address: str, studies: Mapping[str, Path], home: UiHome) -> str:
    count = f"{len(studies)} {'study' if len(studies) == 1 else 'studies'}"
    lines = [
        f"Dagster is open at {address}, on this machine only.",
        f"  {count}: {', '.join(studies) or 'none yet; advocacy init makes one'}",
        f"  history: {home.folder}",
        "Ctrl-C stops it.",
    ]
    return "\n".join(lines)
