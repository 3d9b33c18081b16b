"""The report in a real browser, opened from disk."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.browser import find_browser
from reports.page import render_report
from reports.words import write_words
from schemas.indicators import INDICATORS
from tests.chromium import Page, open_tab, served_until
from tests.findings_described import described, lacking
from tests.findings_extremes import all_samples, wild_samples
from tests.findings_samples import hiv

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(find_browser() is None, reason="chromium is not installed"),
]
WIDTHS = (1280, 768, 390, 320)
EDGES = (699, 700, 960, 961, 1087, 1088)
"""To both sides of where another drawing takes over."""
OUTSIDE = """
(() => {
  const wide = document.documentElement.clientWidth, found = [];
  for (const node of document.querySelectorAll('main *')) {
    const box = node.getBoundingClientRect();
    if (box.width && node.closest('thead') === null && (box.right > wide + 1 || box.left < -1))
      found.push(`${node.tagName} ${node.getAttribute('class')} ${box.left} ${box.right}`);
  }
  return found.slice(0, 5);
})()
"""
TEXTS_THAT_MEET = """
(() => {
  const found = [];
  for (const chart of document.querySelectorAll('%s')) {
    const frame = chart.getBoundingClientRect();
    if (!frame.width) continue;
    const boxes = [...chart.querySelectorAll('text')].filter(t => t.textContent.trim())
      .map(t => [t.textContent, t.getBoundingClientRect()]).filter(([_, box]) => box.width);
    boxes.forEach(([one, a], i) => {
      if (a.left < frame.left - 2 || a.right > frame.right + 2) found.push('clipped: ' + one);
      for (const [two, b] of boxes.slice(i + 1))
        if (a.left < b.right - 1 && b.left < a.right - 1
            && a.top < b.bottom - 3 && b.top < a.bottom - 3)
          found.push(one + ' over ' + two);
    });
  }
  return found.slice(0, 5);
})()
"""
OVERLAPS = TEXTS_THAT_MEET % ".static svg"
LIVE_OVERLAPS = TEXTS_THAT_MEET % ".is-live .live"
FIRST_SCREEN = """
[...document.querySelectorAll('.headline h2, .headline dd')]
  .filter(node => node.getBoundingClientRect().bottom > innerHeight).map(node => node.textContent)
"""
SMALL_WORDS = """
[...document.querySelectorAll('.static svg')].filter(svg => svg.clientHeight)
  .flatMap(svg => [...svg.querySelectorAll('text')].map(text => [
    parseFloat(getComputedStyle(text).fontSize) * Math.min(
      svg.clientWidth / svg.viewBox.baseVal.width, svg.clientHeight / svg.viewBox.baseVal.height),
    text.textContent]))
  .filter(([size]) => size < %s).slice(0, 5)
"""
LEAST, LEAST_IN_PRINT = 11, 8
"""Sizes of words in CSS pixels; 8 are 6 points on paper."""
WHITE_SPACE = """
[...document.querySelectorAll('.grid')].map(grid => {
  const [left, right] = [...grid.children].map(column => column.lastElementChild
    ? column.lastElementChild.getBoundingClientRect().bottom : grid.getBoundingClientRect().top);
  return Math.abs(left - right);
})
"""
TOUCHING = """
[...document.querySelectorAll('.grid')].flatMap(grid => {
  const boxes = [...grid.querySelectorAll('figure, .absence')]
    .map(node => node.getBoundingClientRect()).sort((a, b) => a.top - b.top);
  return boxes.slice(1).map((box, i) => box.top - boxes[i].bottom).filter(room => room < 16);
})
"""
HIDDEN_CELLS = """
[...document.querySelectorAll('#summary-table td, #account-table td')]
  .filter(cell => !cell.offsetWidth || !cell.offsetHeight).length
"""
SPLIT_WORDS = """
(() => {
const number = '(?<![\\\\p{L}\\\\d_])[\u2212+]?\\\\d[\\\\d.,]{0,11}%?(?![\\\\p{L}\\\\d_])';
const whole = new RegExp(`\\\\p{L}{5,16}(?!\\\\p{L})|${number}`, 'gu');
return [...document.querySelectorAll('th, td, dd, h2, h3')].filter(cell => cell.offsetWidth)
  .flatMap(cell => {
    const words = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT), found = [];
    while (words.nextNode())
      for (const word of words.currentNode.textContent.matchAll(whole)) {
        const range = document.createRange();
        range.setStart(words.currentNode, word.index);
        range.setEnd(words.currentNode, word.index + word[0].length);
        const tops = [...range.getClientRects()].map(box => Math.round(box.top));
        if (new Set(tops).size > 1) found.push(word[0]);
      }
    return found;
  }).filter(word => !/^[a-f]+$/.test(word)).slice(0, 5);
})()
"""
"""Letters of a digest are no word."""
TORN_RANGES = """
[...document.querySelectorAll('.tie')].filter(tie => tie.textContent.includes(' to ')
    && tie.offsetHeight > 1.6 * parseFloat(getComputedStyle(tie).lineHeight))
  .map(tie => tie.textContent).slice(0, 5)
"""
SHEET = round(184 / 25.4 * 96)
"""Width of a printed A4 sheet between its margins, in CSS pixels."""

FIRST_PAINT = """
new Promise(done => {
  new PerformanceObserver(list => list.getEntriesByName('first-contentful-paint')
    .forEach(entry => done(entry.startTime))).observe({type: 'paint', buffered: true});
  setTimeout(() => done(null), 8000);
})
"""
SHOWN = """
['.headline h2', '.cards .question:nth-child(3) .answer', '#forest .static svg.wide']
  .filter(name => { const node = document.querySelector(name);
    return node && node.getBoundingClientRect().height > 20; }).length
"""
LOADED = "document.readyState === 'complete' || new Promise(done => addEventListener('load', done))"
AGE = "document.getElementById('age')?.textContent"


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("report")
    files = {}
    for name, result in (all_samples() | wild_samples()).items():
        files[name] = folder / f"{name}.html"
        files[name].write_text(render_report(write_words(result)), encoding="utf-8", newline="")
    return files


@pytest.fixture(scope="module")
def tab() -> Iterator[Page]:
    with open_tab() as page:
        yield page


def open_without_script(tab: Page, path: Path, width: int, height: int = 800) -> None:
    """Loads the page as a reader who allows no script sees it."""
    tab.call("Emulation.setScriptExecutionDisabled", value=True)
    tab.open(path, width, height)
    tab.call("Emulation.setScriptExecutionDisabled", value=False)


@pytest.mark.parametrize("name", sorted(all_samples()))
def test_charts_come_alive_without_a_request_or_a_complaint(
    name: str, pages: dict[str, Path], tab: Page
) -> None:
    tab.problems.clear()
    tab.requests.clear()
    tab.open(pages[name])
    tab.scroll_through()
    assert tab.problems == []
    assert [address for address in tab.requests if not address.startswith("file:")] == []
    open_charts = tab.evaluate(
        "[...document.querySelectorAll('[data-figure]')].filter(f => f.checkVisibility()).length"
    )
    assert tab.evaluate("document.querySelectorAll('.is-live').length") == open_charts


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", sorted(all_samples() | wild_samples()))
def test_nothing_is_clipped_hidden_or_over_another(
    name: str, width: int, pages: dict[str, Path], tab: Page
) -> None:
    open_without_script(tab, pages[name], width)
    tab.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    assert tab.evaluate(OUTSIDE) == []
    assert tab.evaluate(OVERLAPS) == []
    assert tab.evaluate(SMALL_WORDS % LEAST) == []
    assert tab.evaluate(HIDDEN_CELLS) == 0


@pytest.mark.parametrize("width", [1280, 1024, 961, 820, 768, 390, 320])
@pytest.mark.parametrize("name", ["prop99", "hiv", "portfolio", "described"])
def test_no_word_or_range_is_split_over_two_lines(
    name: str, width: int, pages: dict[str, Path], tab: Page
) -> None:
    tab.open(pages[name], width)
    tab.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert tab.evaluate(SPLIT_WORDS) == []
    assert tab.evaluate(TORN_RANGES) == []


@pytest.mark.parametrize("width", [1280, 1088])
def test_shares_of_partners_with_long_names_stay_whole(
    width: int, tmp_path: Path, tab: Page
) -> None:
    named = {"label": "Patient Organisation 07 (synthetic)"}
    indicators = [row.model_copy(update=named) for row in described().indicators]
    result = described().model_copy(update={"indicators": indicators})
    page = tmp_path / "report.html"
    page.write_text(render_report(write_words(result)), encoding="utf-8", newline="")
    tab.open(page, width)
    tab.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert tab.evaluate(SPLIT_WORDS) == []


@pytest.mark.parametrize("name", ["prop99", "hiv", "portfolio", "described", "suppressed"])
def test_words_of_a_printed_drawing_can_be_read(
    name: str, pages: dict[str, Path], tab: Page
) -> None:
    open_without_script(tab, pages[name], SHEET)
    tab.call("Emulation.setEmulatedMedia", media="print")
    small = tab.evaluate(SMALL_WORDS % LEAST_IN_PRINT)
    tab.call("Emulation.setEmulatedMedia", media="")
    assert small == []


@pytest.mark.parametrize("width", EDGES)
@pytest.mark.parametrize("name", ["described", "unclear"])
def test_words_of_a_drawing_are_large_enough_where_it_is_smallest(
    name: str, width: int, pages: dict[str, Path], tab: Page
) -> None:
    open_without_script(tab, pages[name], width)
    tab.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert tab.evaluate(SMALL_WORDS % LEAST) == []
    assert tab.evaluate(OVERLAPS) == []


def test_columns_of_a_section_end_at_about_one_height(pages: dict[str, Path], tab: Page) -> None:
    tab.open(pages["described"], 1280)
    tab.scroll_through()
    holes = tab.evaluate(WHITE_SPACE)
    assert len(holes) == 4
    assert max(holes) < 120


@pytest.mark.parametrize("width", [768, 390])
def test_charts_below_each_other_do_not_touch(
    width: int, pages: dict[str, Path], tab: Page
) -> None:
    tab.open(pages["described"], width)
    assert tab.evaluate(TOUCHING) == []


@pytest.mark.parametrize("width", [1280, 768, 700])
@pytest.mark.parametrize("name", ["prop99", "hiv", "portfolio", "described", "unclear"])
def test_no_words_of_a_live_chart_are_clipped_or_over_others(
    name: str, width: int, pages: dict[str, Path], tab: Page
) -> None:
    tab.open(pages[name], width)
    tab.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    tab.scroll_through()
    assert tab.evaluate("document.querySelectorAll('.is-live').length") > 0
    assert tab.evaluate(LIVE_OVERLAPS) == []


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844)])
@pytest.mark.parametrize("name", ["prop99", "hiv", "portfolio", "described", "empty"])
def test_the_first_screen_holds_the_answer_and_its_facts(
    name: str, width: int, height: int, pages: dict[str, Path], tab: Page
) -> None:
    tab.open(pages[name], width, height)
    assert tab.evaluate(FIRST_SCREEN) == []


def test_without_script_every_chart_is_still_painted(pages: dict[str, Path], tab: Page) -> None:
    open_without_script(tab, pages["portfolio"], 1280)
    painted = "[...document.querySelectorAll('.static svg.wide')].filter(s => s.clientHeight > 50)"
    assert tab.evaluate(f"{painted}.length") == 14
    assert tab.evaluate("document.querySelectorAll('.is-live').length") == 0


@pytest.mark.parametrize("name", ["prop99", "portfolio"])
def test_answers_and_first_chart_are_painted_before_the_script(
    name: str, pages: dict[str, Path], tab: Page
) -> None:
    open_without_script(tab, pages[name], 1280, 1600)
    bare = tab.picture()
    with served_until("<script", pages[name]) as (address, is_released):
        tab.call("Page.navigate", url=address)
        assert tab.evaluate(FIRST_PAINT) is not None
        assert (tab.evaluate(SHOWN), tab.evaluate(AGE)) == (3, "")
        assert tab.picture() == bare
        is_released.set()
        tab.evaluate(LOADED)
        assert "before today" in tab.evaluate(AGE)


def test_a_hostile_name_runs_nothing(pages: dict[str, Path], tab: Page) -> None:
    tab.open(pages["extremes"])
    tab.scroll_through()
    assert tab.evaluate("document.querySelectorAll('main img, main script').length") == 0
    assert tab.evaluate("getComputedStyle(document.querySelector('main')).display") == "block"


@pytest.mark.parametrize("name", ["prop99", "hiv", "portfolio", "described", "suppressed"])
def test_a_report_prints_on_two_to_four_sheets(
    name: str, pages: dict[str, Path], tab: Page
) -> None:
    tab.open(pages[name])
    printed = tab.print_pdf()
    assert 2 <= printed.count(b"/Type /Page\n") <= 4


def test_five_effects_and_their_spend_fill_three_sheets(pages: dict[str, Path], tab: Page) -> None:
    tab.open(pages["portfolio"])
    assert tab.print_pdf().count(b"/Type /Page\n") == 3


def test_how_it_was_made_is_not_alone_on_the_last_sheet(tmp_path: Path, tab: Page) -> None:
    absent = [lacking(name, f"needs table {index % 11}") for index, name in enumerate(INDICATORS)]
    result = hiv().model_copy(update={"indicators": absent, "row_accounts": []})
    page = tmp_path / "report.html"
    page.write_text(render_report(write_words(result)), encoding="utf-8", newline="")
    tab.open(page)
    assert tab.print_pdf().count(b"/Type /Page\n") == 2
