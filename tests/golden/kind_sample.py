"""The labelled sample of purposes: which rows, in which half, and (on request) their texts.

The Swiss disclosures (`../shared/data/swiss_pharma_po`) are not part of this project, so only row
ids and labels are committed. To read the texts, which go to the terminal and nowhere else:

    python -m tests.golden.kind_sample

Frame: rows that name a recipient and a purpose, 2011 to 2015; one row (the first) per distinct
purpose, so that a phrase used in forty payments is read once. Strata: recipient is a hospital;
otherwise thirds of the amount. `DRAWS` rows of each, those with the smallest digest of seed and row
id, which is a random order; the rows of a stratum fall into the development and the held-out half
in turn.
"""

import csv
import hashlib
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
FILE = ROOT.parent / "shared" / "data" / "swiss_pharma_po" / "swiss_po_payments_2011_2016.csv"
SEED = 20261123
DRAWS = {"hospital": 40, "small": 74, "middle": 73, "large": 73}
YEARS = ("2011", "2012", "2013", "2014", "2015")
Row = dict[str, str]


def frame(path: Path) -> list[Row]:
    """First named row of every distinct purpose, by row id."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["is_anonymous"] == "False"]
    first: dict[str, Row] = {}
    for row in sorted(rows, key=lambda row: int(row["UID"])):
        purpose = " ".join(row["payment_purpose"].casefold().split())
        if purpose and row["year"] in YEARS:
            first.setdefault(purpose, row)
    return list(first.values())


def strata(rows: list[Row]) -> dict[str, list[Row]]:
    """Hospitals, and the others in thirds of the amount."""
    others = [row for row in rows if row["is_hospital"] != "True"]
    others.sort(key=lambda row: (float(row["amount_CHF"]), int(row["UID"])))
    cut = len(others) // 3
    return {
        "hospital": [row for row in rows if row["is_hospital"] == "True"],
        "small": others[:cut],
        "middle": others[cut : 2 * cut],
        "large": others[2 * cut :],
    }


def _shuffled(row: Row) -> str:
    return hashlib.sha256(f"{SEED}:{row['UID']}".encode()).hexdigest()


def sample(path: Path) -> list[tuple[str, Row]]:
    """Half (`development` or `held_out`) and row of every draw, in the order of labelling."""
    drawn = []
    for name, rows in strata(frame(path)).items():
        chosen = sorted(rows, key=_shuffled)[: DRAWS[name]]
        drawn += [(("development", "held_out")[at % 2], row) for at, row in enumerate(chosen)]
    return sorted(drawn, key=lambda draw: _shuffled(draw[1]))


def main() -> None:
    """Print row id, whether the recipient is a hospital, recipient and purpose of every draw."""
    writer = csv.writer(sys.stdout, delimiter="\t", lineterminator="\n")
    writer.writerow(["uid", "is_hospital", "recipient", "purpose"])
    for _, row in sample(FILE):
        texts = (" ".join(row[name].split()) for name in ("payment_receiver", "payment_purpose"))
        writer.writerow([row["UID"], row["is_hospital"], *texts])


if __name__ == "__main__":
    main()
