"""The page of all studies: one HTML file without script, that asks the network for nothing."""

import hashlib

from reports.bundle import content_policy
from reports.names import clean
from reports.numbers import count, long_date
from reports.overview import (
    StudyResult,
    overview_table,
    study_views,
    verdict_sentences,
)
from reports.page import page_asset, page_environment, page_style
from reports.phrases import QUESTION_TITLES
from reports.tables import csv_link


def overview_digest(results: list[StudyResult]) -> str:
    """SHA-256 over the digests of the findings shown, in their order."""
    text = "".join(f"{one.study_id}\n{one.digest}\n" for one in results)
    return hashlib.sha256(text.encode()).hexdigest()


def render_overview(results: list[StudyResult]) -> str:
    """The whole page; the same studies with the same links give the same bytes."""
    digest = overview_digest(results)
    style = page_style(digest) + page_asset("overview.css")
    studies = study_views(results)
    return page_environment().get_template("overview.html").render(
        policy=content_policy([], [style]),
        style=style,
        digest=digest,
        heading=_heading(results),
        sentences=verdict_sentences(results),
        studies=studies,
        absent=[one for one in results if one.findings is None],
        has_synthetic=any(study.findings.synthetic for study in studies),
        questions=QUESTION_TITLES,
        csv=csv_link(overview_table(results), synthetic=False),
        long_date=long_date,
        clean=clean,
    )  # fmt: skip


def _heading(results: list[StudyResult]) -> str:
    published = sum(one.findings is not None for one in results)
    absent = len(results) - published
    said = f"{count(published, 'study has', 'studies have')} published results"
    return f"{said}, {count(absent, 'has', 'have')} none" if absent else said
