"""An installed Chromium without a window: how it is found and called."""

import os
import shutil

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--headless=new",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)


def find_browser() -> str | None:
    """The browser of this machine, None where none is installed."""
    return next((path for path in map(shutil.which, BROWSERS) if path), None)


def browser_command(browser: str, profile: str, *wanted: str) -> list[str]:
    """The call of a browser with a profile of its own; `wanted` are further flags and the page."""
    # Chromium refuses its sandbox to root, which containers run as.
    rootless = ("--no-sandbox",) if os.geteuid() == 0 else ()
    return [browser, *FLAGS, *rootless, f"--user-data-dir={profile}", *wanted]
