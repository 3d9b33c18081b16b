"""Committed notebooks are valid, hold no output, and keep their logic in the packages."""

import re

import nbformat
import pytest

from tests.notebooks import NAMES, read_notebook

LONGEST_CELL = 25


def test_the_four_notebooks_are_there() -> None:
    assert [name[:2] for name in NAMES] == ["01", "02", "03", "04"]


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_is_valid_and_its_outputs_are_stripped(name: str) -> None:
    notebook = read_notebook(name)
    nbformat.validate(notebook)
    assert (notebook["nbformat"], notebook["nbformat_minor"]) >= (4, 5)
    ids = [cell["id"] for cell in notebook["cells"]]
    assert len(set(ids)) == len(ids)
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            assert cell["outputs"] == []
            assert cell["execution_count"] is None
        assert "attachments" not in cell


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_opens_results_by_name_only_and_is_short(name: str) -> None:
    code = [cell["source"] for cell in read_notebook(name)["cells"] if cell["cell_type"] == "code"]
    whole = "\n".join(code)
    assert "open_results(" in whole
    assert not re.search(r"read_parquet|read_csv|duckdb\.connect|open\(|Path\(", _without(whole))
    assert max(len(cell.splitlines()) for cell in code) <= LONGEST_CELL


def _without(code: str) -> str:
    return code.replace("open_results(", "")
