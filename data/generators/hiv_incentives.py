"""Make the tables of `data/studies/hiv_incentives` from the data that causaldata ships.

Run from the root of the repository; the tables are committed, so that running the study needs
neither this script nor the package:

    python -m data.generators.hiv_incentives causaldata-0.1.5.tar.gz

Without an argument the installed package `causaldata` is read. Only village, arm and outcome are
taken. Persons are shuffled before they get their made-up ids, villages too, so that neither the
ids nor the order of rows leads back to a row of the source.
"""

import argparse
import importlib.util
import io
import tarfile
from pathlib import Path

import numpy as np
import pandas as pd

MEMBER = "causaldata/thornton_hiv/thornton_hiv.dta"
COLUMNS = ["villnum", "any", "got"]
FOLDER = Path(__file__).parents[1] / "studies" / "hiv_incentives"
NO_VILLAGE = "no_village"
SHUFFLE_SEED = 20_080_501


def read_source(archive: Path | None) -> pd.DataFrame:
    """The source's village, arm and outcome; one row per person, others are not kept."""
    if archive is not None:
        root = archive.name.removesuffix(".tar.gz")
        with tarfile.open(archive) as packed:
            member = packed.extractfile(f"{root}/{MEMBER}")
            if member is None:
                raise SystemExit(f"{archive.name} does not hold {MEMBER}")
            return pd.read_stata(io.BytesIO(member.read()), columns=COLUMNS)
    spec = importlib.util.find_spec("causaldata")
    if spec is None or spec.origin is None:
        raise SystemExit("give the path of causaldata's archive, or install causaldata")
    return pd.read_stata(Path(spec.origin).parents[1] / MEMBER, columns=COLUMNS)


def name_persons(source: pd.DataFrame) -> pd.DataFrame:
    """The randomised persons in a new order: `person, village, arm, collected`.

    The order comes from a seed and from the three kept columns alone: the rows are sorted by
    them first, so that the source's own order cannot come through.
    """
    randomised = source[source["any"].notna()].sort_values(COLUMNS, ignore_index=True)
    rng = np.random.default_rng(SHUFFLE_SEED)
    villages = np.sort(randomised["villnum"].dropna().unique())
    made_up = dict(zip(rng.permutation(villages), range(1, len(villages) + 1), strict=True))
    shuffled = randomised.iloc[rng.permutation(len(randomised))]
    village = shuffled["villnum"].map(made_up)
    return pd.DataFrame(
        {
            "person": [f"p{number:04d}" for number in range(1, len(shuffled) + 1)],
            "village": [f"v{int(n):03d}" if pd.notna(n) else NO_VILLAGE for n in village],
            "arm": shuffled["any"].astype(int).to_numpy(),
            "collected": shuffled["got"].to_numpy(),
        }
    )


def build_tables(source: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The study's five tables."""
    persons = name_persons(source)
    return {
        "unit": _units(persons),
        "initiative": _initiative(),
        "exposure": _exposure(persons),
        "measure": _measure(),
        "outcome": _outcome(persons),
    }


def _units(persons: pd.DataFrame) -> pd.DataFrame:
    in_village = persons["village"] != NO_VILLAGE
    villages = sorted(persons.loc[in_village, "village"].unique())
    parents = pd.DataFrame(
        {
            "unit_id": villages,
            "name": [f"Village {village[1:]}" for village in villages],
            "unit_type": "village",
        }
    )
    rows = pd.DataFrame(
        {
            "unit_id": persons["person"],
            "name": "Person " + persons["person"].str[1:],
            "unit_type": "person",
            "parent_id": persons["village"].where(in_village),
        }
    )
    return pd.concat([parents, rows], ignore_index=True)[
        ["unit_id", "name", "unit_type", "parent_id"]
    ]


def _initiative() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "initiative_id": ["incentive"],
            "name": ["Voucher for collecting an HIV test result"],
            "theory_of_change": [
                (
                    "A voucher of up to three dollars pays for the walk to the centre;"
                    " more people learn their result."
                )
            ],
        }
    )


def _exposure(persons: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "initiative_id": "incentive",
            "unit_id": persons["person"],
            "start_date": "2004-01-01",
            "dose": persons["arm"],
            "dose_unit": "voucher",
            "assignment": "randomised",
            "assignment_level": "unit",
            "block_id": persons["village"],
        }
    )


def _measure() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "measure_id": ["collected_result"],
            "name": ["Collection of the HIV test result"],
            "unit_label": ["share of persons"],
            "scale": [1],
            "direction": ["higher_better"],
            "family": ["access"],
            "valid_min": [0],
            "valid_max": [1],
            "is_proxy": ["false"],
            "source": ["Thornton 2008, attendance recorded at the result centres"],
        }
    )


def _outcome(persons: pd.DataFrame) -> pd.DataFrame:
    known = persons["collected"].notna()
    return pd.DataFrame(
        {
            "measure_id": "collected_result",
            "unit_id": persons["person"],
            "period_start": "2004-01-01",
            "subgroup_id": "all",
            "value": persons["collected"].astype("Int64"),
            "status": np.where(known, "observed", "missing"),
        }
    )


def write(tables: dict[str, pd.DataFrame], folder: Path) -> None:
    """One CSV file per table."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        table.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n")


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description="Make the tables of data/studies/hiv_incentives.")
    parser.add_argument("archive", nargs="?", type=Path, help="causaldata's source archive")
    parser.add_argument("--out", type=Path, default=FOLDER)
    arguments = parser.parse_args()
    write(build_tables(read_source(arguments.archive)), arguments.out)


if __name__ == "__main__":
    main()
