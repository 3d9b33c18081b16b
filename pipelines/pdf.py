"""The report on paper: an installed Chromium prints it, and nothing is sent anywhere."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from pipelines.errors import Exit, UserError

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
NEEDED = (
    "advocacy report --pdf needs an installed Chromium or Google Chrome "
    "(Debian: apt-get install chromium)."
)
SECONDS = 120
"""A page that does not print within this time is given up."""
FLAGS = (
    "--headless=new",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-pdf-header-footer",
)


def find_browser() -> str | None:
    """The browser that prints, None where none is installed."""
    return next((path for path in map(shutil.which, BROWSERS) if path), None)


def print_page(page: Path, pdf: Path, browser: str) -> None:
    """Print an HTML file; `pdf` is there whole or not at all.

    Raises:
        UserError: The browser made no file (exit 4).
    """
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        made = Path(folder) / "report.pdf"
        command = [browser, *FLAGS, f"--user-data-dir={folder}/profile", f"--print-to-pdf={made}"]
        if os.geteuid() == 0:
            command.append("--no-sandbox")
        try:
            subprocess.run(  # noqa: S603 - a browser of this machine, and files of our own
                [*command, page.as_uri()], check=False, capture_output=True, timeout=SECONDS
            )
        except subprocess.TimeoutExpired:
            made.unlink(missing_ok=True)
        if not made.is_file():
            raise UserError(
                Exit.INTERNAL,
                "The report could not be printed.",
                f"{Path(browser).name} wrote no PDF.",
                "Open the report and print it from the browser.",
            )
        kept = pdf.with_suffix(".pdf.part")
        shutil.copyfile(made, kept)
        kept.replace(pdf)
