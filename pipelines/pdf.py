"""The report on paper: an installed Chromium prints it, and nothing is sent anywhere."""

import shutil
import subprocess
import tempfile
from pathlib import Path

from pipelines.browser import browser_command
from pipelines.errors import Exit, UserError

NEEDED = (
    "advocacy report --pdf needs an installed Chromium or Google Chrome "
    "(Debian: apt-get install chromium)."
)
SECONDS = 120
"""A page that does not print within this time is given up."""


def print_page(page: Path, pdf: Path, browser: str) -> None:
    """Print an HTML file; `pdf` is there whole or not at all.

    Raises:
        UserError: The browser made no file (exit 4).
    """
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        made = Path(folder) / "report.pdf"
        wanted = ("--no-pdf-header-footer", f"--print-to-pdf={made}", page.as_uri())
        try:
            subprocess.run(  # noqa: S603 - a browser of this machine, and files of our own
                browser_command(browser, f"{folder}/profile", *wanted),
                check=False,
                capture_output=True,
                timeout=SECONDS,
            )
        except subprocess.TimeoutExpired:
            made.unlink(missing_ok=True)
        if not made.is_file():
            raise UserError(
                Exit.INTERNAL,
                "The page could not be printed.",
                f"{Path(browser).name} wrote no PDF.",
                "Open the page and print it from the browser.",
            )
        kept = pdf.with_suffix(".pdf.part")
        shutil.copyfile(made, kept)
        kept.replace(pdf)
