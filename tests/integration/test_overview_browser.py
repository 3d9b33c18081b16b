"""The page of all studies in a real browser: every width, print, axe-core."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.browser import find_browser
from reports.overview_page import render_overview
from tests.chromium import Page, open_tab
from tests.findings_extremes import extremes
from tests.integration.test_report_axe import AXE, RUN
from tests.integration.test_report_browser import OUTSIDE
from tests.unit.test_reports_overview import never_run, result_of, usual

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(find_browser() is None, reason="chromium is not installed"),
]
WIDTHS = (1280, 768, 390, 320)
SHORT_ROWS = extremes().model_copy(update={"effects": extremes().effects[12:36]})
SAMPLES = {
    "usual": usual(),
    "odd": [result_of(SHORT_ROWS, "odd"), never_run("x" * 64)],
}


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("overview")
    files = {}
    for name, results in SAMPLES.items():
        files[name] = folder / f"{name}.html"
        files[name].write_text(render_overview(results), encoding="utf-8", newline="")
    return files


@pytest.fixture(scope="module")
def tab() -> Iterator[Page]:
    with open_tab() as page:
        yield page


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_nothing_leaves_the_page_and_no_cell_is_hidden(
    name: str, width: int, pages: dict[str, Path], tab: Page
) -> None:
    tab.problems.clear()
    tab.requests.clear()
    tab.open(pages[name], width)
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    assert tab.evaluate(OUTSIDE) == []
    hidden = "[...document.querySelectorAll('td')].filter(c => !c.offsetWidth || !c.offsetHeight)"
    assert tab.evaluate(f"{hidden}.length") == 0
    assert tab.problems == []
    assert [address for address in tab.requests if not address.startswith("file:")] == []


@pytest.mark.skipif(AXE is None, reason="axe-core is not installed: make setup-dev")
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_axe_finds_nothing_serious_critical_or_moderate(
    name: str, width: int, pages: dict[str, Path], tab: Page
) -> None:
    assert AXE is not None
    assert AXE.submodule_search_locations is not None
    script = Path(AXE.submodule_search_locations[0]) / "axe.min.js"
    tab.open(pages[name], width)
    tab.evaluate(f"{script.read_text(encoding='utf-8')};0")
    assert tab.evaluate(RUN) == []


def test_the_usual_page_prints_on_two_sheets(pages: dict[str, Path], tab: Page) -> None:
    tab.open(pages["usual"])
    assert tab.print_pdf().count(b"/Type /Page\n") == 2
