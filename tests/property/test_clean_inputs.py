"""Clean inputs raise no alarm, however they are written, named and ordered."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from intake.validate import validate_study
from schemas.registry import TABLE_ORDER
from tests.clean_world import clean_study
from tests.intake_world import engine

QUICK = (
    ("partner", "engagement", "fx_rate", "public_disclosure"),
    ("measure", "unit", "subgroup", "outcome"),
    ("initiative", "unit", "exposure", "population_need"),
)
"""Tables of the studies that every change is tried on; the others have all."""


def assert_clean(folder: Path, seed: int, tables: Sequence[str] = TABLE_ORDER) -> None:
    found = validate_study(clean_study(folder, seed, tables), engine())
    assert [str(problem) for problem in found.problems] == []
    assert {account.table for account in found.tables} == set(tables)
    assert all(account.read == account.accepted > 0 for account in found.tables)
    assert found.mapping.guessed == found.mapping.missing == found.mapping.ignored == ()


@pytest.mark.parametrize("seed", range(len(QUICK)))
def test_a_clean_study_has_no_problem(seed: int, tmp_path: Path) -> None:
    assert_clean(tmp_path, seed, QUICK[seed])


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(50))
def test_fifty_clean_studies_of_all_tables_have_no_problem(seed: int, tmp_path: Path) -> None:
    assert_clean(tmp_path, seed)
