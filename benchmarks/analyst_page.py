"""The section on the command line: how long an analyst waits for each command, as they start it."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import intake_data
from benchmarks.indicator_page import met
from benchmarks.run import ROOT
from pipelines.settings import HOME
from pipelines.ui_home import free_port

ROWS = 100_000
LOG = "log"
UI_SECONDS = 120
"""The UI has so long to stop."""
SECTION = """## The command line, from start to end of each command

Elapsed seconds of whole processes, two cores: a log of {rows:,} rows with one bad cell in a
hundred, and the synthetic portfolio of five initiatives and sixteen tables.

| command | elapsed s | at most |
|---|---|---|
{table}

Targets: {targets}.
"""


@dataclass(frozen=True)
class Waited:
    """A command as it is told, how long it took, and how long it may take."""

    command: str
    seconds: float
    most: float


def measure_analyst(folder: Path) -> list[Waited]:
    """Each command once, with results in `folder`."""
    home = folder / "home"
    studies = home / "data" / "studies"
    shutil.copytree(ROOT / "data" / "studies" / "portfolio", studies / "portfolio")
    (studies / "portfolio" / "plan.lock.json").unlink(missing_ok=True)
    (studies / LOG).mkdir()
    intake_data.write_log(studies / LOG, ROWS)
    environment = {**os.environ, HOME: str(home)}

    def wait(most: float, *words: str, told: str = "") -> Waited:
        return Waited(f"{' '.join(words)}{told}", _seconds(words, environment), most)

    return [
        wait(0.5, "--help"),
        wait(5, "validate", LOG),
        wait(20, "run", "portfolio"),
        wait(2, "run", "portfolio", told=" again, nothing changed"),
        Waited("ui, until it can be reached", _ui_seconds(environment), 30),
    ]


def analyst_section(rows: Sequence[Waited]) -> str:
    """The section as text."""
    return SECTION.format(
        rows=ROWS,
        table="\n".join(f"| {row.command} | {row.seconds:.1f} | {row.most:g} |" for row in rows),
        targets=", ".join(f"{row.command} {met(row.seconds <= row.most)}" for row in rows),
    )


def _command(words: Sequence[str]) -> list[str]:
    return [sys.executable, "-m", "pipelines.cli", *words]


def _seconds(words: Sequence[str], environment: Mapping[str, str]) -> float:
    """How long a command takes; one that fails is no measurement."""
    clock = time.perf_counter()
    subprocess.run(  # noqa: S603 - our own module by our own interpreter, no shell
        _command(words), cwd=ROOT, env=dict(environment), stdout=subprocess.DEVNULL, check=True
    )
    return time.perf_counter() - clock


def _ui_seconds(environment: Mapping[str, str]) -> float:
    """How long the UI takes to say that it is open; it is stopped again."""
    words = ("ui", "--port", str(free_port()))
    clock = time.perf_counter()
    with subprocess.Popen(  # noqa: S603 - our own module by our own interpreter, no shell
        _command(words), cwd=ROOT, env=dict(environment), stdout=subprocess.PIPE, text=True
    ) as ui:
        said = ui.stdout.readline() if ui.stdout else ""
        elapsed = time.perf_counter() - clock
        ui.send_signal(signal.SIGTERM)
        try:
            ui.communicate(timeout=UI_SECONDS)
        finally:
            ui.kill()
    if "Dagster is open" not in said:
        raise RuntimeError("the UI did not open")
    return elapsed
