"""Every page is followed as a reader would: its commands in one session, its files written."""

from pathlib import Path

import pytest

from data.generators.dirty_spreadsheet import write_spreadsheet
from tests.docs import ROOT, Block, Session, blocks_of, missing_line, pages, steps_of

pytestmark = pytest.mark.slow
DONE = ("console", "python", "cells", "yaml", "csv")
FOLLOWED = [p for p in pages() if any(b.kind in ("console", "python") for b in blocks_of(p))]


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Session:
    """One checkout for all pages: a study that a page ran is quickly run again."""
    return Session(tmp_path_factory.mktemp("checkout"))


@pytest.mark.parametrize("page", FOLLOWED, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_page_does_what_it_says(page: Path, session: Session) -> None:
    (session.home / "block.py").unlink(missing_ok=True)
    for block in blocks_of(page):
        follow(block, session)


def follow(block: Block, session: Session) -> None:
    if block.kind == "console":
        run_commands(block, session)
    elif block.kind == "python":
        script = session.home / "block.py"
        before = script.read_text(encoding="utf-8") if script.exists() else ""
        script.write_text(f"{before}\n{block.text}\n", encoding="utf-8")
        done = session.run(f"python {script}")
        assert done.returncode == 0, f"{block.place}\n{done.stdout}"
    elif block.kind == "cells":
        correct_cells(block, session)
    elif block.kind in ("yaml", "csv") and block.argument not in ("", "source"):
        path = session.folder / block.argument
        path.write_text(block.text + "\n", encoding="utf-8")


def run_commands(block: Block, session: Session) -> None:
    for step in steps_of(block):
        done = session.run(step.command)
        told = f"{block.place}: {step.command}\n{done.stdout}"
        assert done.returncode == 0, told
        line = missing_line(step.shown, done.stdout)
        assert line is None, f"{told}\nnot found: {line}"


def correct_cells(block: Block, session: Session) -> None:
    for line in block.text.splitlines():
        place, _, text = line.partition("=")
        session.cells[place.strip()] = text.strip()
    write_spreadsheet(session.folder / block.argument, session.cells)
