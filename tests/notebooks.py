"""The notebooks of the project, and how a test runs one."""

from pathlib import Path

import nbformat
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "notebooks"
NAMES = tuple(path.name for path in sorted(FOLDER.glob("*.ipynb")))
STUDIES = ("prop99", "portfolio")
"""Studies whose published results the notebooks open."""
LIMIT = 120
"""Seconds after which a cell counts as hung."""


def read_notebook(name: str) -> nbformat.NotebookNode:
    """A committed notebook, as it is."""
    return nbformat.read(FOLDER / name, as_version=nbformat.NO_CONVERT)


def run_notebook(name: str, folder: Path) -> nbformat.NotebookNode:
    """The notebook with its outputs, run by a fresh kernel in `folder`; the file stays as it is."""
    notebook = read_notebook(name)
    resources = {"metadata": {"path": str(folder)}}
    NotebookClient(notebook, timeout=LIMIT, kernel_name="python3", resources=resources).execute()
    return notebook
