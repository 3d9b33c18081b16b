"""Fenced blocks of README and docs: what kind each is, and how a console block is run.

Kinds, by the first word behind the fence; a second word is a file that the block is written to.

    console   lines after `$ ` are run one after the other in one shell session per page; the lines
              below each must be in its output, in order; `...` stands for any lines, and inside a
              line for any text. A command must leave with 0 unless the page prints its code.
    usage     commands with placeholders: each names a command, and options that it has
    yaml      parsed by the schema it belongs to: study.yaml, plan.yaml, or `source`, a part of one
    csv       a table of the contract, named by its file
    cells     corrections to the spreadsheet of `data/generators/dirty_spreadsheet.py`
    python    run, in the session's folder, after the page's earlier blocks
    json, text  shown only; holds no command
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
KINDS = ("console", "usage", "yaml", "csv", "cells", "python", "json", "text")
COMMAND = re.compile(r"^\s*(?:\$ |advocacy |make |pip |python3? |source |export |git |dagster )")
FENCE = re.compile(r"^(\s*)(`{3,}|~{3,})(.*)$")
NOT_HERE = re.compile(r"(?:python3\S* -m venv|\.venv/bin/pip install|pip install|git clone) ")
"""Commands that fetch from the network and set up a machine: `make demo` in `.ci/run` does that."""
SECONDS = 240
LEFT_BY_RUNS = shutil.ignore_patterns("output", "plan.lock.json")


@dataclass(frozen=True)
class Block:
    """One fenced block, and the line it begins at."""

    page: Path
    line: int
    kind: str
    argument: str
    text: str

    @property
    def place(self) -> str:
        """Where it stands, for messages."""
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def pages() -> list[Path]:
    """README and every page under docs, contributors' pages among them."""
    top = [ROOT / name for name in ("README.md", "CONTRIBUTING.md")]
    return [*top, *sorted((ROOT / "docs").rglob("*.md"))]


def blocks_of(page: Path) -> list[Block]:
    """The fenced blocks of a page in order."""
    found: list[Block] = []
    begun: tuple[int, str, str] | None = None
    inside: list[str] = []
    for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), start=1):
        fence = FENCE.match(line)
        if fence is None or (begun and fence[3].strip()):
            inside.append(line)
        elif begun is None:
            begun, inside = (number, fence[3].strip(), fence[1]), []
        else:
            kind, _, argument = begun[1].partition(" ")
            text = "\n".join(line.removeprefix(begun[2]) for line in inside)
            found.append(Block(page, begun[0], kind, argument.strip(), text))
            begun = None
    assert begun is None, f"{page}: a block that begins at line {begun} is not closed"
    return found


def prose_of(page: Path) -> Iterator[tuple[int, str]]:
    """The lines outside of fenced blocks, with their numbers."""
    is_inside = False
    for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), start=1):
        if FENCE.match(line):
            is_inside = not is_inside
        elif not is_inside:
            yield number, line


@dataclass(frozen=True)
class Step:
    """A command and the output that the page shows below it."""

    command: str
    shown: tuple[str, ...]


def steps_of(block: Block) -> list[Step]:
    """The commands of a console block; a line that ends in a backslash goes on."""
    steps: list[Step] = []
    for line in block.text.replace("\\\n", " ").splitlines():
        if line.startswith("$ "):
            steps.append(Step(line[2:], ()))
        else:
            assert steps, f"{block.place}: a console block begins with `$ `"
            steps[-1] = Step(steps[-1].command, (*steps[-1].shown, line))
    return steps


def missing_line(shown: tuple[str, ...], output: str) -> str | None:
    """The first shown line that the output does not have in its place; null where all are there."""
    lines = output.splitlines()
    place, is_free = 0, True
    for line in shown:
        if line.strip() == "...":
            is_free = True
            continue
        pattern = re.compile(".*".join(map(re.escape, line.rstrip().split("..."))))
        rest = range(place, len(lines)) if is_free else range(place, min(place + 1, len(lines)))
        at = next((n for n in rest if pattern.fullmatch(lines[n].rstrip())), None)
        if at is None:
            return line
        place, is_free = at + 1, False
    return None


class Session:
    """A shell in a folder that looks like a fresh checkout; folder and variables are kept."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.cells: dict[str, str] = {}
        tools = Path(sys.executable).parent
        shutil.copytree(ROOT / "data", home / "data", ignore=LEFT_BY_RUNS)
        for name in (".ci", "Makefile", "constraints.txt", "docs", "pyproject.toml"):
            (home / name).symlink_to(ROOT / name)
        (home / ".venv").mkdir()
        (home / ".venv" / "bin").symlink_to(tools)
        self._state = home / ".session"
        self._state.write_text(f'export PATH="{tools}:$PATH"\ncd "{home}"\n', encoding="utf-8")

    @property
    def folder(self) -> Path:
        """The folder the last command left the session in."""
        return Path(self._state.read_text(encoding="utf-8").splitlines()[-1][4:-1])

    def run(self, command: str) -> subprocess.CompletedProcess[str]:
        """Run one command; `make TARGET` is only looked up, what sets up a machine is left out."""
        if NOT_HERE.match(command) or command == "source .venv/bin/activate":
            return subprocess.CompletedProcess(command, 0, "", "")
        if command.startswith("make "):
            command = f"make -n {command.removeprefix('make ')} >/dev/null"
        keep = f'{{ export -p; echo "cd \\"$PWD\\""; }} > {self._state}'
        script = f"source {self._state}; set -o pipefail; {command}\ncode=$?; {keep}; exit $code"
        given = {**os.environ, "ADVOCACY_HOME": str(self.home), "COLUMNS": "120", "NO_COLOR": "1"}
        return subprocess.run(
            ["bash", "-c", script],  # noqa: S607 - the shell a reader has, wherever it is
            env=given,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=SECONDS,
            check=False,
        )
