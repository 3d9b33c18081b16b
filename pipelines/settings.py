"""Where things are, and the limits under which the engine works."""

import gc
import os
import shlex
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

from pipelines.errors import Exit, UserError

HOME, FOLDERS = "ADVOCACY_HOME", "ADVOCACY_FOLDERS"
"""Environment variables: the project's folder; study folders elsewhere, divided as in PATH."""
SHOWN = 5
OBJECTS = 100_000
"""New objects between two searches for cycles; at Python's 700 they take a tenth of a command."""


def collect_seldom() -> None:
    """Let this process look for cycles seldom; it builds expressions by the million and ends."""
    gc.set_threshold(OBJECTS, 50, 1000)


def project_root() -> Path:
    """The folder that holds `data/`: ADVOCACY_HOME, else the checkout, else where we are."""
    given = os.environ.get(HOME)
    if given:
        return Path(given)
    checkout = Path(__file__).resolve().parents[1]
    return checkout if (checkout / "data" / "studies").is_dir() else Path.cwd()


def named_folders() -> tuple[Path, ...]:
    """Study folders that the environment names, beside those under the studies folder."""
    return tuple(Path(name) for name in os.environ.get(FOLDERS, "").split(os.pathsep) if name)


@dataclass(frozen=True)
class Settings:
    """Folders and limits; every field can be given, none is read from a global.

    `folders` are studies outside the studies folder that are known by their folder's name.
    Without `reuse` every source is read again, and no digest is taken as known.
    """

    studies: Path = field(default_factory=lambda: project_root() / "data" / "studies")
    output: Path = field(default_factory=lambda: project_root() / "data" / "output")
    folders: tuple[Path, ...] = field(default_factory=named_folders)
    memory_limit: str = "2GiB"
    threads: int = 2
    reuse: bool = True


def known_studies(settings: Settings) -> list[str]:
    """Names of the study folders under the studies folder and of those named, sorted."""
    return sorted({folder.name for folder in study_folders(settings)})


def study_folders(settings: Settings) -> list[Path]:
    """The study folders under the studies folder, then those named beside it."""
    found = sorted(path.parent for path in settings.studies.glob("*/study.yaml"))
    named = [folder for folder in settings.folders if (folder / "study.yaml").is_file()]
    return [*found, *named]


def find_study(name: str, settings: Settings) -> Path:
    """The study folder called `name`: a path, or a name under the studies folder.

    Raises:
        UserError: There is no such folder, or it has no study.yaml.
    """
    named = (folder for folder in settings.folders if folder.name == name)
    for folder in (Path(name), settings.studies / name, *named):
        if (folder / "study.yaml").is_file():
            return folder.resolve()
    if Path(name).is_symlink() and not Path(name).exists():
        raise UserError(
            Exit.PATH_NOT_USABLE,
            f"'{name}' cannot be opened.",
            "It is a link that leads nowhere, or back to itself.",
            "Name the study folder itself.",
        )
    if Path(name).is_dir():
        raise UserError(
            Exit.USAGE,
            f"'{name}' is not a study.",
            "The folder has no study.yaml.",
            _instead_of(Path(name)),
        )
    if Path(name).is_file() and (Path(name).parent / "study.yaml").is_file():
        raise UserError(
            Exit.USAGE,
            f"'{name}' is a file.",
            "A study is a folder that holds a study.yaml.",
            f"Name the folder: {Path(name).parent}",
        )
    known = known_studies(settings)
    near = get_close_matches(name, sorted({*known, *_beside(name)}), n=3)
    remedy = (
        f"Did you mean {' or '.join(near)}?"
        if near
        else f"Known studies: {', '.join(known) or 'none'}. Or give the path of a study folder."
    )
    raise UserError(
        Exit.USAGE,
        f"There is no study '{name}'.",
        "It is neither a folder with a study.yaml nor a name under the studies folder.",
        remedy,
    )


def named(folder: Path, settings: Settings) -> str:
    """What a command takes for this study folder, as a shell reads it: its name, else its path."""
    known = (path for path in study_folders(settings) if path.name == folder.name)
    is_known = any(path.resolve() == folder.resolve() for path in known)
    return shlex.quote(folder.name if is_known else str(folder))


def run_command(folder: Path | str, settings: Settings) -> str:
    """The command that runs a study folder, or a name, with these settings."""
    study = named(folder, settings) if isinstance(folder, Path) else shlex.quote(folder)
    is_elsewhere = settings.output != Settings().output
    out = f" --out {shlex.quote(str(settings.output))}" if is_elsewhere else ""
    return f"advocacy run {study}{out}"


def _instead_of(folder: Path) -> str:
    """What to do with a folder that is no study: name one in it, or make it one."""
    inside = sorted(str(path.parent) for path in folder.glob("*/study.yaml"))
    near = get_close_matches("study.yaml", [path.name for path in folder.glob("*")], n=1)
    if inside:
        return f"Name one of the studies in it: {', '.join(inside[:SHOWN])}."
    if near:
        return f"Rename {near[0]} to study.yaml."
    return "Add a study.yaml that says which files hold which tables; advocacy init shows one."


def _beside(name: str) -> list[str]:
    """Paths of the study folders in the folder where `name` would lie."""
    return [str(path.parent) for path in Path(name).parent.glob("*/study.yaml")]
