"""`advocacy init`: a new study folder, written whole or not at all."""

import shutil
import tempfile
from pathlib import Path

from pipelines.errors import Exit, UserError
from pipelines.settings import Settings, study_folders
from pipelines.templates import WORKBOOK, study_files, study_id_of, write_template_workbook


def make_study(folder: Path) -> list[str]:
    """Write templates into a folder that is new or empty; the names of the files.

    Raises:
        UserError: Something is there already, or nothing can be written there.
    """
    folder = folder.absolute()
    _require_free(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    half_made = _beside(folder)
    try:
        for name, text in study_files(study_id_of(folder)).items():
            (half_made / name).write_text(text, encoding="utf-8", newline="")
        write_template_workbook(half_made / WORKBOOK)
        for path in half_made.iterdir():
            path.chmod(0o600)
        half_made.replace(folder)
    except BaseException:
        shutil.rmtree(half_made, ignore_errors=True)
        raise
    return sorted(path.name for path in folder.iterdir())


def require_new_name(folder: Path, settings: Settings) -> None:
    """Refuse a folder whose results would take the place of those of a known study.

    Raises:
        UserError: A study folder elsewhere gives the same study_id.
    """
    wanted, place = study_id_of(folder.absolute()), folder.resolve()
    others = [path for path in study_folders(settings) if path.resolve() != place]
    if wanted in {study_id_of(path) for path in others}:
        raise UserError(
            Exit.USAGE,
            f"There is a study '{wanted}' already.",
            "Results lie under the study's name, and these two would share them.",
            "Give the folder another name.",
        )


def _beside(folder: Path) -> Path:
    """A new folder in the same place, to be filled and then renamed; errors name the place."""
    try:
        return Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(folder)) from None


def _require_free(folder: Path) -> None:
    if folder.is_dir() and not any(folder.iterdir()):
        return
    if folder.exists() or folder.is_symlink():
        why = "The folder is not empty." if folder.is_dir() else "It is a file, not a folder."
        raise UserError(
            Exit.PATH_NOT_USABLE,
            f"'{folder.name}' cannot become a new study.",
            why,
            "Name a folder that does not exist yet, or an empty one.",
        )
