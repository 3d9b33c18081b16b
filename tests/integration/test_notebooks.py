"""Every notebook runs from a clean checkout, on demo output that is made here."""

from pathlib import Path

import pytest

from pipelines.run import run_study
from pipelines.settings import Settings
from tests.integration.conftest import copy_study
from tests.notebooks import NAMES, STUDIES, read_notebook, run_notebook

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds the example studies and their published results."""
    folder = tmp_path_factory.mktemp("home")
    data = folder / "data"
    settings = Settings(studies=data / "studies", output=data / "output")
    for name in STUDIES:
        run_study(copy_study(name, settings), settings)
    return folder


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_runs_to_its_end(name: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADVOCACY_HOME", str(home))
    before = read_notebook(name)
    done = run_notebook(name, home)
    code = [cell for cell in done["cells"] if cell["cell_type"] == "code"]
    assert [cell["execution_count"] for cell in code] == list(range(1, len(code) + 1))
    said = [out for cell in code for out in cell["outputs"]]
    assert not [out for out in said if out.get("name") == "stderr"]
    assert any("data" in out for out in said)
    assert read_notebook(name) == before
