"""Clean inputs raise no alarm, however they are written, named and ordered."""

import csv
import io
from pathlib import Path

import numpy as np
import pytest

from intake.validate import validate_study
from pipelines.examples import example_row
from schemas.registry import TABLES
from tests.intake_world import engine, write_study

FAST, ALL = range(2), range(2, 52)
NAMES = ("NA", "null", "True", "Verein Zürich", "=Org", "O'Neill & Cie")
"""Names that readers like to take for something else."""
PURPOSES = ("Tagung 12.03.2015", "Contrat n° 4500123456", "3 x 1'250.00", "", "#2 & Co; 50 %", "-")
WORDS = ("advisory_board", "meeting", "core_grant", "survey", "other")


def clean_study(folder: Path, seed: int) -> Path:
    """Partners and engagements without a defect, in a shape drawn by the seed."""
    rng = np.random.default_rng(seed)
    delimiter = str(rng.choice([",", ";", "\t", "|"]))
    encoding = str(rng.choice(["utf-8", "utf-8-sig", "utf-16"]))
    date, decimal = rng.choice([("%Y-%m-%d", "."), ("%d.%m.%Y", ","), ("%Y%m%d", ".")])
    style = {"delimiter": delimiter, "encoding": encoding, "date": str(date), "decimal": decimal}
    style = {key: str(value) for key, value in style.items()}
    tables = {"partner": partners(rng), "engagement": engagements(rng, str(date), str(decimal))}
    files = {
        f"{name}.csv": text_of(rng, rows, delimiter).encode(encoding)
        for name, rows in tables.items()
    }
    sources = [
        {"table": name, "path": f"{name}.csv", "mapping": {"format": style}} for name in tables
    ]
    return write_study(folder, files, sources=sources)


def partners(rng: np.random.Generator) -> list[dict[str, str]]:
    return [
        {
            **example_row(TABLES["partner"]),
            "partner_id": f"{place:05}",
            "name": NAMES[place] if place < len(NAMES) else invented_name(rng),
            "is_anonymous": str(rng.choice(["true", "False", "TRUE", ""])),
            "annual_income": "",
        }
        for place in range(int(rng.integers(1, 30)))
    ]


def invented_name(rng: np.random.Generator) -> str:
    """Two long words of random letters, so that no two names look alike."""
    words = ("".join(rng.choice(list("aeioubdfgklmnprstvz"), 9)) for _ in range(2))
    return " ".join(words).title()


def engagements(rng: np.random.Generator, date: str, decimal: str) -> list[dict[str, str]]:
    start = np.datetime64("2001-01-01")
    rows = []
    for place in range(int(rng.integers(1, 120))):
        begin, end = sorted(start + rng.integers(0, 3000, 2).astype("timedelta64[D]"))
        amount = f"{rng.integers(0, 10**6)}.{rng.integers(0, 9999):04}".replace(".", decimal)
        rows.append(
            {
                "engagement_id": str(10**18 + place),
                "payer_id": "us",
                "partner_id": "00000",
                "start_date": begin.astype(object).strftime(date),
                "end_date": end.astype(object).strftime(date) if rng.random() < 0.5 else "",
                "date_precision": "day",
                "activity_type": str(rng.choice(WORDS)),
                "amount": amount if rng.random() < 0.8 else "",
                "currency": "EUR",
                "purpose": str(rng.choice(PURPOSES)),
            }
        )
    return rows


def text_of(rng: np.random.Generator, rows: list[dict[str, str]], delimiter: str) -> str:
    """Rows and columns in a random order, with or without quotes and blank lines at the end."""
    columns = [str(name) for name in rng.permutation(list(rows[0]))]
    out = io.StringIO(newline="")
    quoting = csv.QUOTE_ALL if rng.random() < 0.5 else csv.QUOTE_MINIMAL
    end = str(rng.choice(["\n", "\r\n"]))
    writer = csv.DictWriter(
        out, columns, delimiter=delimiter, quoting=quoting, lineterminator=end, quotechar='"'
    )
    writer.writeheader()
    writer.writerows(rows[place] for place in rng.permutation(len(rows)))
    return out.getvalue() + end * int(rng.integers(0, 3))


def assert_clean(folder: Path, seed: int) -> None:
    found = validate_study(clean_study(folder, seed), engine())
    assert [str(problem) for problem in found.problems] == []
    assert all(account.read == account.accepted for account in found.tables)
    assert found.mapping.guessed == found.mapping.missing == found.mapping.ignored == ()


@pytest.mark.parametrize("seed", FAST)
def test_a_clean_study_has_no_problem(seed: int, tmp_path: Path) -> None:
    assert_clean(tmp_path, seed)


@pytest.mark.slow
@pytest.mark.parametrize("seed", ALL)
def test_fifty_clean_studies_have_no_problem(seed: int, tmp_path: Path) -> None:
    assert_clean(tmp_path, seed)
