"""`advocacy init`: a new study folder, written whole or not at all."""

import shutil
import tempfile
from pathlib import Path

from pipelines.errors import Exit, UserError
from pipelines.templates import WORKBOOK, study_files, study_id_of, write_template_workbook


def make_study(folder: Path) -> list[str]:
    """Write templates into a folder that is new or empty; the names of the files.

    Raises:
        UserError: Something is there already, or nothing can be written there.
    """
    folder = folder.absolute()
    _require_free(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    half_made = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
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
