"""Facts of the two real studies, counted from the committed tables; and where they come from."""

import io
import tarfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from data.generators import hiv_incentives, prop99
from schemas.plan import Plan
from schemas.study import Study

STUDIES = Path(__file__).parents[2] / "data" / "studies"


def read(study: str, table: str) -> pd.DataFrame:
    return pd.read_csv(STUDIES / study / f"{table}.csv")


def packs_per_person() -> pd.DataFrame:
    """One row per state and one column per year, named by its four digits."""
    outcome = read("prop99", "outcome")
    years = outcome["period_start"].str[:4]
    return pd.crosstab(outcome["unit_id"], years, outcome["value"], aggfunc="sum")


def arms() -> pd.DataFrame:
    """Every randomised person: `unit_id, dose, block_id, value`."""
    exposure = read("hiv_incentives", "exposure")
    return exposure.merge(read("hiv_incentives", "outcome"), on="unit_id", validate="1:1")


@pytest.mark.parametrize("study", ["prop99", "hiv_incentives", "portfolio"])
def test_every_study_names_its_tables_and_effects_by_the_contract(study: str) -> None:
    folder = STUDIES / study
    settings = Study.model_validate(yaml.safe_load((folder / "study.yaml").read_text("utf-8")))
    plan = Plan.model_validate(yaml.safe_load((folder / "plan.yaml").read_text("utf-8")))
    paths = {source.path for source in settings.sources}
    assert settings.study_id == study
    assert paths == {path.name for path in folder.glob("*.csv")}
    assert {e.initiative_id for e in plan.effects} <= set(
        read(study, "initiative")["initiative_id"]
    )
    assert {e.measure_id for e in plan.effects} <= set(read(study, "measure")["measure_id"])


def test_prop99_has_39_states_and_31_years_without_a_gap() -> None:
    packs = packs_per_person()
    assert packs.shape == (39, 31)
    assert (packs.columns[0], packs.columns[-1]) == ("1970", "2000")
    assert packs.notna().all(axis=None)
    assert read("prop99", "unit")["region_code"].str.fullmatch(r"US-[A-Z]{2}").all()


def test_prop99_exposes_california_alone_for_the_last_twelve_years() -> None:
    exposure = read("prop99", "exposure")
    assert exposure["unit_id"].tolist() == ["CA"]
    assert exposure["start_date"].tolist() == ["1989-01-01"]
    years = packs_per_person().columns
    assert (len(years[years < "1989"]), len(years[years >= "1989"])) == (19, 12)


def test_prop99_cannot_reach_five_percent_with_38_comparison_states() -> None:
    assert 2 / len(read("prop99", "unit")) == pytest.approx(0.0513, abs=5e-5)


def test_prop99_gives_the_published_simple_difference_in_differences() -> None:
    packs = packs_per_person()
    change = packs.loc[:, "1989":].mean(axis=1) - packs.loc[:, :"1988"].mean(axis=1)
    assert change["CA"] - change.drop("CA").mean() == pytest.approx(-27.349, abs=5e-4)


def test_one_decimal_gives_back_what_single_precision_blurred() -> None:
    blurred = pd.Series([89.80000305, 100.3000031, 123.0])
    assert prop99.restore_decimals(blurred).tolist() == [89.8, 100.3, 123.0]
    with pytest.raises(ValueError, match="more than one decimal"):
        prop99.restore_decimals(pd.Series([89.84]))


def test_prop99_script_turns_the_source_back_into_the_committed_tables(tmp_path: Path) -> None:
    names = {code: name for name, code in prop99.CODES.items()}
    wide = packs_per_person().rename(index=names).sort_index().T.astype(np.float32).astype(float)
    wheel = tmp_path / "wheel.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        source = wide.rename_axis("Year").to_csv(float_format="%.10g")
        archive.writestr(prop99.MEMBER, source)
    prop99.write(prop99.build_tables(prop99.read_source(wheel)), tmp_path / "made")
    for path in (STUDIES / "prop99").glob("*.csv"):
        assert (tmp_path / "made" / path.name).read_bytes() == path.read_bytes()


def test_incentives_were_drawn_for_2901_persons_in_120_blocks() -> None:
    persons = arms()
    assert len(persons) == 2_901
    assert persons["block_id"].nunique() == 119 + 1
    assert (persons["block_id"] == hiv_incentives.NO_VILLAGE).sum() == 4
    assert (persons["assignment"] == "randomised").all()


def test_incentives_lack_56_of_679_and_11_of_2222_outcomes() -> None:
    missing = arms()["value"].isna().groupby(arms()["dose"])
    assert missing.sum().to_dict() == {0: 56, 1: 11}
    assert missing.count().to_dict() == {0: 679, 1: 2_222}
    assert arms()["value"].notna().sum() == 2_834


def test_incentives_raise_collection_from_34_to_79_percent() -> None:
    without, offered = arms().groupby("dose")["value"].mean()
    assert without == pytest.approx(0.339, abs=5e-4)
    assert offered == pytest.approx(0.789, abs=5e-4)
    assert offered - without == pytest.approx(0.451, abs=5e-4)


def test_incentives_survive_the_worst_case_for_every_missing_outcome() -> None:
    persons = arms()
    worst = persons["value"].fillna(1 - persons["dose"])
    without, offered = worst.groupby(persons["dose"]).mean()
    assert float(offered - without) == pytest.approx(1745 / 2222 - (211 + 56) / 679)
    assert offered - without > 0.39


def test_incentives_keep_village_arm_and_outcome_and_nothing_else() -> None:
    units = read("hiv_incentives", "unit")
    persons = units[units["unit_type"] == "person"]
    assert list(units) == ["unit_id", "name", "unit_type", "parent_id"]
    assert list(read("hiv_incentives", "outcome")) == [
        "measure_id",
        "unit_id",
        "period_start",
        "subgroup_id",
        "value",
        "status",
    ]
    assert persons["parent_id"].isna().sum() == 4
    assert persons["name"].tolist() == [f"Person {n:04d}" for n in range(1, 2_902)]
    assert read("hiv_incentives", "exposure")["start_date"].unique().tolist() == ["2004-01-01"]


def fake_source(path: Path, rows: Sequence[tuple[float, ...]]) -> Path:
    """An archive laid out as causaldata's, with the given village, arm, outcome and age."""
    table = pd.DataFrame(rows, columns=["villnum", "any", "got", "age"])
    stata = io.BytesIO()
    table.to_stata(stata, write_index=False)
    archive = path / "causaldata-9.9.tar.gz"
    with tarfile.open(archive, "w:gz") as packed:
        member = tarfile.TarInfo(f"causaldata-9.9/{hiv_incentives.MEMBER}")
        member.size = len(stata.getvalue())
        packed.addfile(member, io.BytesIO(stata.getvalue()))
    return archive


def test_persons_without_an_arm_and_columns_not_needed_stay_behind(tmp_path: Path) -> None:
    nothing = float("nan")
    rows = [
        (7, 1, 1, 30),
        (7, 0, nothing, 31),
        (9, nothing, nothing, 32),
        (nothing, 0, 0, 33),
    ]
    source = hiv_incentives.read_source(fake_source(tmp_path, rows))
    persons = hiv_incentives.name_persons(source)
    assert list(source) == ["villnum", "any", "got"]
    assert sorted(persons["village"]) == ["no_village", "v001", "v001"]
    assert sorted(persons["arm"]) == [0, 0, 1]
    assert persons["collected"].isna().sum() == 1


def test_the_order_of_the_source_leaves_no_trace_in_the_ids(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    rows = [tuple(map(float, row)) for row in rng.integers(0, 2, (50, 4))]
    first = hiv_incentives.read_source(fake_source(tmp_path, rows))
    second = first.sample(frac=1, random_state=3)
    pd.testing.assert_frame_equal(
        hiv_incentives.name_persons(first), hiv_incentives.name_persons(second)
    )


def test_the_committed_persons_are_those_of_the_committed_script(tmp_path: Path) -> None:
    persons = arms()
    village = pd.factorize(persons["block_id"], sort=True)[0] + 1.0
    village[persons["block_id"] == hiv_incentives.NO_VILLAGE] = np.nan
    rows = list(zip(village, persons["dose"], persons["value"], persons["dose"], strict=True))
    tables = hiv_incentives.build_tables(hiv_incentives.read_source(fake_source(tmp_path, rows)))
    made = tables["exposure"].merge(tables["outcome"], on="unit_id")
    for columns in (["dose"], ["dose", "value"]):
        counted = made[columns].value_counts(dropna=False).sort_index()
        committed = persons[columns].value_counts(dropna=False).sort_index()
        assert counted.tolist() == committed.tolist()
    assert sorted(made["block_id"].value_counts()) == sorted(persons["block_id"].value_counts())
