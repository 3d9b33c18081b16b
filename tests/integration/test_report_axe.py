"""The report against axe-core, in a real browser, at every width and in print."""

import importlib.util
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.browser import find_browser
from reports.page import render_report
from reports.words import write_words
from tests.chromium import Page, open_tab
from tests.findings_extremes import all_samples, extremes, suppressed, unclear

AXE = importlib.util.find_spec("axe_playwright_python")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(find_browser() is None, reason="chromium is not installed"),
    pytest.mark.skipif(AXE is None, reason="axe-core is not installed: make setup-dev"),
]
RUN = """
axe.run(document, {resultTypes: ['violations']}).then(found => found.violations
  .filter(rule => rule.impact !== 'minor')
  .map(rule => `${rule.impact} ${rule.id} ${rule.nodes.length}: ` + rule.nodes.slice(0, 3)
    .map(node => node.html.slice(0, 120) + ' | ' + node.failureSummary.slice(0, 300)).join(' || ')))
"""
FEW = extremes().model_copy(update={"effects": extremes().effects[12:24]})
"""Twelve of the sixty: axe takes a minute for all."""
SAMPLES = all_samples() | {"suppressed": suppressed(), "unclear": unclear(), "extremes": FEW}
OPEN = "document.querySelectorAll('details').forEach(d => d.open = true)"


@pytest.fixture(scope="module")
def axe_script() -> str:
    """axe-core as the installed package carries it; the page's policy does not bind it."""
    assert AXE is not None
    assert AXE.submodule_search_locations is not None
    folder = Path(AXE.submodule_search_locations[0])
    return (folder / "axe.min.js").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("axe")
    files = {}
    for name, result in SAMPLES.items():
        files[name] = folder / f"{name}.html"
        files[name].write_text(render_report(write_words(result)), encoding="utf-8", newline="")
    return files


@pytest.fixture(scope="module")
def tab() -> Iterator[Page]:
    with open_tab() as page:
        yield page


def violations(tab: Page, axe_script: str) -> list[str]:
    """Everything that axe finds and does not call minor."""
    tab.evaluate(OPEN)
    tab.evaluate(f"{axe_script};0")
    found = tab.evaluate(RUN)
    assert isinstance(found, list)
    return found


@pytest.mark.parametrize("width", [1280, 768, 390, 320])
@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_axe_finds_nothing_serious_critical_or_moderate(
    name: str, width: int, pages: dict[str, Path], tab: Page, axe_script: str
) -> None:
    tab.open(pages[name], width)
    tab.scroll_through()
    assert violations(tab, axe_script) == []


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_axe_finds_nothing_in_print(
    name: str, pages: dict[str, Path], tab: Page, axe_script: str
) -> None:
    tab.open(pages[name], 794, 1123)
    tab.call("Emulation.setEmulatedMedia", media="print")
    try:
        assert violations(tab, axe_script) == []
    finally:
        tab.call("Emulation.setEmulatedMedia", media="")
