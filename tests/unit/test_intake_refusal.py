"""A file with too many rows set aside is refused together with the reasons of its rows."""

from pathlib import Path

import pytest

from intake.accounts import count_rows
from intake.problems import Rejected
from intake.read import read_raw
from intake.refusal import require_few_set_aside
from intake.study import load_study
from tests.intake_world import built, engine, write_study

UNITS = (
    "unit_id,name,unit_type,population\nn,North,region,many\ns,South,region,-5\ne,East,region,7\n"
)


def test_the_refusal_names_the_file_then_its_rules_and_rows(tmp_path: Path) -> None:
    folder = write_study(tmp_path / "study", {"unit.csv": UNITS})
    study = load_study(folder).model_copy(update={"max_quarantined_share": 0.2})
    tables = built(folder, "unit")
    raw = read_raw(engine(), folder, study, "unit")
    accounts = count_rows("unit", raw, tables.accepted, tables.quarantine)
    with pytest.raises(Rejected) as refused:
        require_few_set_aside(accounts, study, {"unit": tables.quarantine})
    first, *reasons = refused.value.problems
    assert first.rule == "max_quarantined_share"
    assert [(reason.row, reason.column) for reason in reasons] == [
        (2, "population"),
        (3, "population"),
    ]
    lenient = study.model_copy(update={"max_quarantined_share": 1.0})
    require_few_set_aside(accounts, lenient, {"unit": tables.quarantine})
