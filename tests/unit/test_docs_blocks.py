"""No block and no command of the pages escapes the test that runs them."""

import csv
import io
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.main import get_command

from pipelines.cli import app
from schemas.plan import Plan
from schemas.registry import TABLES
from schemas.study import Source, Study
from tests.docs import (
    COMMAND,
    KINDS,
    ROOT,
    Block,
    blocks_of,
    missing_line,
    pages,
    prose_of,
    steps_of,
)

BLOCKS = [block for page in pages() for block in blocks_of(page)]
LINK = re.compile(r"(?<!!)\[[^\]]+\]\(([^)#\s]+)[^)]*\)")


def of_kind(*kinds: str) -> list[Any]:
    return [pytest.param(b, id=b.place) for b in BLOCKS if b.kind in kinds]


def test_every_block_says_what_kind_it_is() -> None:
    unknown = [block.place for block in BLOCKS if block.kind not in KINDS]
    assert not unknown, f"kinds are {KINDS}"


def test_a_command_stands_in_a_block_that_is_run_and_nowhere_else() -> None:
    indented = [
        f"{page.relative_to(ROOT)}:{number}"
        for page in pages()
        for number, line in prose_of(page)
        if line.startswith("    ") and COMMAND.match(line)
    ]
    shown = [
        block.place
        for block in BLOCKS
        if block.kind in ("text", "json") and any(map(COMMAND.match, block.text.splitlines()))
    ]
    assert not indented + shown


@pytest.mark.parametrize("block", of_kind("console"))
def test_a_console_block_is_commands_and_what_they_print(block: Block) -> None:
    assert steps_of(block)


@pytest.mark.parametrize("block", of_kind("usage"))
def test_a_line_of_usage_names_a_command_and_its_options(block: Block) -> None:
    for line in block.text.splitlines():
        if not line.startswith(" "):
            names_what_exists(re.split(r"\s{2,}", line)[0])


def names_what_exists(line: str) -> None:
    program, *words = shlex.split(line)
    assert program == "advocacy", line
    command: Any = get_command(app)
    while words and words[0] in getattr(command, "commands", {}):
        command = command.commands[words.pop(0)]
    assert not hasattr(command, "commands"), line
    options = {name for parameter in command.params for name in parameter.opts}
    assert {word.strip("[]") for word in words if word.strip("[").startswith("--")} <= options, line


@pytest.mark.parametrize("block", of_kind("yaml"))
def test_a_yaml_block_is_what_it_says(block: Block) -> None:
    read = yaml.safe_load(block.text)
    name = Path(block.argument).name
    if name == "study.yaml":
        Study.model_validate(read)
    elif name == "plan.yaml":
        Plan.model_validate(read)
    else:
        assert name == "source", f"{block.place}: study.yaml, plan.yaml or source"
        for source in read["sources"] if isinstance(read, dict) else read:
            Source.model_validate(source)


@pytest.mark.parametrize("block", of_kind("csv"))
def test_a_csv_block_has_columns_of_its_table(block: Block) -> None:
    header, *rows = csv.reader(io.StringIO(block.text))
    spec = TABLES[Path(block.argument).stem]
    assert set(header) <= set(spec.column_names)
    assert rows
    assert all(len(row) == len(header) for row in rows)


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.stem)
def test_a_link_leads_to_a_file(page: Path) -> None:
    text = "\n".join(line for _, line in prose_of(page))
    links = [link for link in LINK.findall(text) if "://" not in link]
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_output_is_compared_line_by_line() -> None:
    output = "one\ntwo 22 s\nthree\nfour\n"
    assert missing_line(("two ... s", "three"), output) is None
    assert missing_line(("one", "...", "four"), output) is None
    assert missing_line(("one", "three"), output) == "three"
    assert missing_line(("two 23 s",), output) == "two 23 s"
    assert missing_line((), output) is None
