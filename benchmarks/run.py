"""Runs every program in a process of its own and counts its CPU seconds and peak memory."""

import importlib.util
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from benchmarks.answer import Answer

ROOT = Path(__file__).resolve().parents[1]
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS"), "1")
KIB_PER_RSS = 1 if sys.platform == "linux" else 1 / 1024


@dataclass(frozen=True)
class Program:
    """What is run: a function of a module here, and the package it needs."""

    label: str
    module: str
    function: str
    package: str = "numpy"

    @property
    def is_installed(self) -> bool:
        """Whether its package can be imported."""
        return importlib.util.find_spec(self.package) is not None


@dataclass(frozen=True)
class Measured:
    """One program's answer, with the CPU seconds and peak memory of its whole process."""

    program: Program
    answer: Answer
    process_seconds: float
    peak_mib: float


def measure(program: Program, folder: Path) -> Measured:
    """Run a program on the data in `folder`, one thread for each library.

    Raises:
        RuntimeError: The program failed.
    """
    command = [sys.executable, "-m", "benchmarks.child", program.module, program.function]
    environment = {**os.environ, **ONE_THREAD, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(  # noqa: S603 - our own module by our own interpreter, no shell
        [*command, str(folder)], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    ) as child:
        said = child.stdout.read() if child.stdout else ""
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        raise RuntimeError(f"{program.label} ended with {child.returncode}")
    answer = Answer(**json.loads(said.splitlines()[-1]))
    peak = used.ru_maxrss * KIB_PER_RSS / 1024
    return Measured(program, answer, used.ru_utime + used.ru_stime, peak)
