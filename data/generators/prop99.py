"""Make the tables of `data/studies/prop99` from the data that CausalPy ships.

Run from the root of the repository; the tables are committed, so that running the study needs
neither this script nor the package:

    python -m data.generators.prop99 causalpy-0.9.0-py3-none-any.whl

Without an argument the installed package `causalpy` is read. The source writes the numbers of
single-precision floats (89.80000305); the published series has one decimal (89.8). One decimal
is written here, after checking that it gives back every number of the source.
"""

import argparse
import importlib.util
import io
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd

MEMBER = "causalpy/data/california_prop99.csv"
FOLDER = Path(__file__).parents[1] / "studies" / "prop99"
CODES = {
    "Alabama": "AL",
    "Arkansas": "AR",
    "California": "CA",
    "Colorado": "CO",
    "Connecticut": "CT",
    "Delaware": "DE",
    "Georgia": "GA",
    "Idaho": "ID",
    "Illinois": "IL",
    "Indiana": "IN",
    "Iowa": "IA",
    "Kansas": "KS",
    "Kentucky": "KY",
    "Louisiana": "LA",
    "Maine": "ME",
    "Minnesota": "MN",
    "Mississippi": "MS",
    "Missouri": "MO",
    "Montana": "MT",
    "Nebraska": "NE",
    "Nevada": "NV",
    "New Hampshire": "NH",
    "New Mexico": "NM",
    "North Carolina": "NC",
    "North Dakota": "ND",
    "Ohio": "OH",
    "Oklahoma": "OK",
    "Pennsylvania": "PA",
    "Rhode Island": "RI",
    "South Carolina": "SC",
    "South Dakota": "SD",
    "Tennessee": "TN",
    "Texas": "TX",
    "Utah": "UT",
    "Vermont": "VT",
    "Virginia": "VA",
    "West Virginia": "WV",
    "Wisconsin": "WI",
    "Wyoming": "WY",
}


def read_source(wheel: Path | None) -> pd.DataFrame:
    """The source table: one row per year, one column per state, packs per person."""
    if wheel is not None:
        with zipfile.ZipFile(wheel) as archive:
            return pd.read_csv(io.BytesIO(archive.read(MEMBER)))
    spec = importlib.util.find_spec("causalpy")
    if spec is None or spec.origin is None:
        raise SystemExit("give the path of CausalPy's wheel, or install causalpy")
    return pd.read_csv(Path(spec.origin).parents[1] / MEMBER)


def restore_decimals(packs: pd.Series) -> pd.Series:
    """One decimal, as published; refuses a number that one decimal does not give back."""
    rounded = packs.round(1)
    single = rounded.to_numpy(dtype=np.float32).astype(np.float64)
    if not np.allclose(single, packs.to_numpy(dtype=np.float64), rtol=1e-8, atol=0.0):
        raise ValueError("the source has numbers with more than one decimal")
    return rounded


def build_tables(source: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The study's five tables."""
    packs = source.melt(id_vars="Year", var_name="state", value_name="packs")
    code = packs["state"].map(CODES)
    outcome = pd.DataFrame(
        {
            "measure_id": "packs_per_capita",
            "unit_id": code,
            "period_start": packs["Year"].astype(str) + "-01-01",
            "subgroup_id": "all",
            "value": restore_decimals(packs["packs"]),
            "status": "observed",
        }
    )
    return {
        "unit": _units(),
        "initiative": _initiative(),
        "exposure": _exposure(),
        "measure": _measure(),
        "outcome": outcome.sort_values(["unit_id", "period_start"], ignore_index=True),
    }


def _units() -> pd.DataFrame:
    states = pd.DataFrame({"unit_id": CODES.values(), "name": CODES.keys(), "unit_type": "state"})
    states["region_code"] = "US-" + states["unit_id"]
    return states.sort_values("unit_id", ignore_index=True)


def _initiative() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "initiative_id": ["ca_tobacco_control"],
            "name": ["California's tobacco-control program"],
            "theory_of_change": [
                (
                    "A tax of 25 cents a pack pays for media campaigns, school programs and local"
                    " clean-air rules; fewer cigarettes are sold."
                )
            ],
        }
    )


def _exposure() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "initiative_id": ["ca_tobacco_control"],
            "unit_id": ["CA"],
            "start_date": ["1989-01-01"],
            "assignment": ["policy"],
            "assignment_level": ["unit"],
        }
    )


def _measure() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "measure_id": ["packs_per_capita"],
            "name": ["Cigarette sales"],
            "unit_label": ["packs per person per year"],
            "scale": [1],
            "direction": ["lower_better"],
            "family": ["clinical"],
            "valid_min": [0],
            "valid_max": [500],
            "is_proxy": ["true"],
            "source": ["Orzechowski and Walker, The Tax Burden on Tobacco"],
        }
    )


def write(tables: dict[str, pd.DataFrame], folder: Path) -> None:
    """One CSV file per table."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        table.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n")


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description="Make the tables of data/studies/prop99.")
    parser.add_argument("wheel", nargs="?", type=Path, help="CausalPy's wheel")
    parser.add_argument("--out", type=Path, default=FOLDER)
    arguments = parser.parse_args()
    write(build_tables(read_source(arguments.wheel)), arguments.out)


if __name__ == "__main__":
    main()
