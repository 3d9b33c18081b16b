"""A log of engagements as CSV: 15 columns, one cell of a hundred bad, and its small parents."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import yaml
from pyarrow import csv

ROWS = 10_000_000
PEER_ROWS = 1_000_000
HUGE_ROWS = 50_000_000
CHUNK = 500_000
PARTNERS, INITIATIVES, UNITS = 5_000, 200, 3_000
BAD_SHARE = 0.01
QUOTED = csv.WriteOptions(include_header=False, quoting_style="none")
ACTIVITIES = (
    "advisory_board",
    "education_grant",
    "core_grant",
    "project_grant",
    "meeting",
    "membership_fee",
    "awareness_campaign",
    "copay_assistance",
)
STUDY = {
    "study_id": "speed",
    "title": "A large log",
    "period": "month",
    "window": {"start": "2015-01-01", "end": "2024-12-31"},
    "as_of": "2025-01-01",
    "currency": "EUR",
    "max_quarantined_share": 0.25,
    "sources": [
        {"table": name, "path": f"{name}.csv"}
        for name in ("partner", "initiative", "unit", "engagement")
    ],
}


def days(first: str, count: int) -> list[str]:
    """So many days in a row."""
    return [str(day) for day in np.datetime64(first) + np.arange(count)]


def numbered(prefix: str, count: int) -> list[str]:
    """So many ids."""
    return [f"{prefix}{number:05d}" for number in range(count)]


def words() -> dict[str, tuple[Sequence[str], str]]:
    """The good texts of each column and a bad one; the id is made row by row."""
    return {
        "payer_id": (("own_company",), ""),
        "partner_id": (numbered("p", PARTNERS), "nobody"),
        "initiative_id": (numbered("i", INITIATIVES), "none"),
        "start_date": (days("2015-01-01", 3_000), "31.12.2019"),
        "end_date": (days("2023-06-01", 500), "2020-02-30"),
        "date_precision": (("day",), "hour"),
        "activity_type": (ACTIVITIES, "party"),
        "amount": ([f"{cents / 100:.2f}" for cents in range(1, 10_000_000, 37)], "1 234"),
        "currency": (("EUR",), "euro"),
        "funding_type": (("core_unrestricted", "restricted_project", "sponsorship"), "cash"),
        "staff_hours": ([f"{tenths / 10}" for tenths in range(4_000)], "-3"),
        "participant_count": ([str(count) for count in range(500)], "many"),
        "is_product_linked": (("true", "false"), "maybe"),
        "unit_id": (numbered("u", UNITS), "atlantis"),
    }


def write_log(folder: Path, rows: int) -> None:
    """A study folder with a log of `rows` engagements; ids repeat once in a thousand rows."""
    for name, size, prefix, more in (
        ("partner", PARTNERS, "p", "patient_org"),
        ("initiative", INITIATIVES, "i", None),
        ("unit", UNITS, "u", "site"),
    ):
        _write_parent(folder, name, numbered(prefix, size), more)
    (folder / "study.yaml").write_text(yaml.safe_dump(STUDY))
    rng = np.random.default_rng(1)
    header = ",".join(("engagement_id", *words()))
    with (folder / "engagement.csv").open("wb") as file:
        file.write(f"{header}\n".encode())
        for first in range(0, rows, CHUNK):
            csv.write_csv(log_rows(rng, first, min(CHUNK, rows - first)), file, QUOTED)


def log_rows(rng: np.random.Generator, first: int, count: int) -> pa.Table:
    """Rows of the log from number `first` on, all text."""
    numbers = np.arange(first, first + count)
    repeated = rng.random(count) < 0.001
    ids = pa.array(np.where(repeated, numbers // 2, numbers)).cast(pa.string())
    bad = pa.array(rng.random(count) < BAD_SHARE)
    cells = {"engagement_id": pc.if_else(bad, "", pc.utf8_lpad(ids, 9, "0"))}
    for name, (good, junk) in words().items():
        places = rng.integers(0, len(good), count)
        places[rng.random(count) < BAD_SHARE] = len(good)
        texts = pa.array([*good, junk])
        cells[name] = pa.DictionaryArray.from_arrays(pa.array(places), texts).cast(pa.string())
    return pa.table(cells)


def _write_parent(folder: Path, name: str, ids: Sequence[str], kind: str | None) -> None:
    kinds = {"partner": "org_type", "unit": "unit_type"}
    header = f"{name}_id,name" + (f",{kinds[name]}" if kind else "")
    rows = [f"{key},{name} {key}" + (f",{kind}" if kind else "") for key in ids]
    (folder / f"{name}.csv").write_text("\n".join([header, *rows, ""]))
