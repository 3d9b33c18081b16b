"""The README's pictures: published pages as an installed Chromium shows them.

`make screenshots` runs the example studies first. Without Chromium it exits 3 with one sentence.
"""

import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from pipelines.browser import browser_command, find_browser
from pipelines.errors import Exit, UserError
from pipelines.overview import write_overview
from pipelines.results import published_folder
from pipelines.settings import Settings

FOLDER = Path(__file__).resolve().parent / "images"
SECONDS = 120
NEEDED = (
    "Screenshots need an installed Chromium or Google Chrome (Debian: apt-get install chromium)."
)


@dataclass(frozen=True)
class Shot:
    """A picture: its name, its page and the size of the window in CSS pixels."""

    name: str
    page: Path
    width: int
    height: int


def shots(settings: Settings) -> list[Shot]:
    """What the README and the docs show.

    Raises:
        UserError: The example study is not published (exit 2).
    """
    report = published_folder("portfolio", settings) / "report.html"
    every = write_overview(settings).path
    return [Shot("report", report, 1280, 880), Shot("all_studies", every, 1280, 1030)]


def take(shot: Shot, browser: str, folder: Path) -> Path:
    """Take one picture and write it packed, with no clock or path inside.

    Raises:
        UserError: The browser made no picture (exit 4).
    """
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
        made = Path(scratch) / "shot.png"
        size = f"--window-size={shot.width},{shot.height}"
        wanted = ("--virtual-time-budget=6000", size, f"--screenshot={made}")
        subprocess.run(  # noqa: S603 - a browser of this machine, and files of our own
            browser_command(browser, f"{scratch}/profile", *wanted, shot.page.absolute().as_uri()),
            check=False,
            capture_output=True,
            timeout=SECONDS,
        )
        if not made.is_file():
            what = f"The picture '{shot.name}' could not be made."
            why = f"{Path(browser).name} wrote no picture."
            raise UserError(Exit.INTERNAL, what, why, "Try again with an empty disk cache.")
        with Image.open(made) as picture:
            plain = picture.convert("RGB")
    path = folder / f"{shot.name}.png"
    plain.save(path, optimize=True)
    return path


def main() -> int:
    """Take every picture; the exit code of the program's own errors."""
    browser = find_browser()
    if browser is None:
        print(NEEDED, file=sys.stderr)
        return Exit.TOOL_MISSING
    try:
        FOLDER.mkdir(exist_ok=True)
        for shot in shots(Settings()):
            path = take(shot, browser, FOLDER)
            print(f"{path.relative_to(Path.cwd())}: {path.stat().st_size // 1000} kB")
    except UserError as error:
        print(f"{error.what}\n  why: {error.why}\n  do:  {error.remedy}", file=sys.stderr)
        return error.code
    return Exit.DONE


if __name__ == "__main__":
    sys.exit(main())
