"""Make the CSV fixtures of `tests/golden/data` from the packages that ship the data.

Run once, from the root of the repository; the files are committed, so that the tests need
neither package:

    python -m tests.golden.make_fixtures moderndid-0.2.0-py3-none-any.whl causaldata-0.1.5.tar.gz
"""

import argparse
import gzip
import io
import tarfile
import zipfile
from pathlib import Path

import pandas as pd

DATA = Path(__file__).parent / "data"
MPDTA = "moderndid/core/datasets/mpdta_long.pkl.gz"
MEDICAID = "moderndid/core/datasets/ehec_data.pkl.gz"
NSW = "causaldata/nsw_mixtape/nsw_mixtape.dta"


def read_pickle(wheel: Path, member: str) -> pd.DataFrame:
    """A table that moderndid ships as a pickle."""
    with zipfile.ZipFile(wheel) as archive:
        packed = archive.read(member)
    # The pickle comes from the wheel that the caller names, and is read once, by hand.
    return pd.read_pickle(io.BytesIO(gzip.decompress(packed)))  # noqa: S301 - a wheel named by hand, once


def read_medicaid(wheel: Path) -> pd.DataFrame:
    """Share of low-income childless adults insured, by state, and the year Medicaid expanded."""
    table = read_pickle(wheel, MEDICAID)
    table = table.rename(columns={"stfips": "state", "dins": "insured", "yexp2": "first_year"})
    table = table.astype({"first_year": "Int64"})
    return table[["state", "year", "first_year", "insured"]].sort_values(["state", "year"])


def read_mpdta(wheel: Path) -> pd.DataFrame:
    """County teen employment (log) 2003 to 2007, population (log), and the year of a wage rise."""
    table = read_pickle(wheel, MPDTA)
    table = table.rename(columns={"countyreal": "county", "first.treat": "first_year"})
    return table[["county", "year", "first_year", "lemp", "lpop"]].sort_values(["county", "year"])


def read_nsw(archive: Path) -> pd.DataFrame:
    """The National Supported Work experiment: arm, and real earnings before and after, in USD."""
    with tarfile.open(archive) as source:
        name = next(one for one in source.getnames() if one.endswith(NSW))
        member = source.extractfile(name)
        if member is None:
            raise FileNotFoundError(f"{NSW} must be a file in {archive.name}. Is it the sdist?")
        table = pd.read_stata(io.BytesIO(member.read()))
    return table[["treat", "re74", "re75", "re78"]].astype({"treat": int})


def main() -> None:
    """Write the fixtures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("moderndid", type=Path, help="wheel of moderndid 0.2.0")
    parser.add_argument("causaldata", type=Path, help="source distribution of causaldata 0.1.5")
    paths = parser.parse_args()
    read_mpdta(paths.moderndid).to_csv(DATA / "mpdta.csv", index=False, lineterminator="\n")
    medicaid = read_medicaid(paths.moderndid)
    medicaid.to_csv(DATA / "medicaid.csv", index=False, lineterminator="\n")
    read_nsw(paths.causaldata).to_csv(DATA / "nsw.csv", index=False, lineterminator="\n")


if __name__ == "__main__":
    main()
