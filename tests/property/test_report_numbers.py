"""Every number that a page says is in its findings, whatever the findings (R5)."""

import re

import pytest
from hypothesis import Phase, given, settings

from reports.page import render_report
from schemas.findings import Findings
from tests.findings_drawn import whole
from tests.prose import counts_of, page_prose, unsupported

DIGEST = "0" * 64
SCRIPTS = re.compile(r"<script.*?</script>", re.DOTALL)


def check(result: Findings) -> None:
    """The page without its scripts, which say nothing."""
    texts = page_prose(SCRIPTS.sub("", render_report(result, digest=DIGEST)))
    assert len(texts) > 10
    assert unsupported(texts, result, counts_of(result)) == []


@given(whole())
@settings(max_examples=20, deadline=None, phases=[Phase.generate])
def test_every_number_of_a_page_is_in_its_findings(result: Findings) -> None:
    check(result)


@pytest.mark.slow
@given(whole())
@settings(max_examples=300, deadline=None, phases=[Phase.generate])
def test_every_number_of_three_hundred_pages_is_in_their_findings(result: Findings) -> None:
    check(result)
