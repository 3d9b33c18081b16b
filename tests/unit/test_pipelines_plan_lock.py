"""A plan is fixed before outcomes are read, and later changes are seen."""

from pathlib import Path

import pytest

from pipelines.commands import refusal_code
from pipelines.errors import Exit, UserError
from pipelines.files import read_json
from pipelines.generation import LOCK_NAME
from pipelines.plan_lock import PlanLock
from pipelines.validation import plan_problems

PLAN = """\
effects:
  - {{effect_id: a, initiative_id: i, measure_id: m, smallest_worthwhile_effect: {delta}}}
"""


@pytest.fixture
def lock(tmp_path: Path) -> PlanLock:
    study, output = tmp_path / "study", tmp_path / "output"
    study.mkdir()
    output.mkdir()
    write_plan(study, 1.0)
    return PlanLock(study, output)


def write_plan(folder: Path, delta: float) -> None:
    (folder / "plan.yaml").write_text(PLAN.format(delta=delta), encoding="utf-8")


def test_freezing_twice_changes_nothing(lock: PlanLock) -> None:
    first = lock.freeze()
    bytes_before = (lock.folder / LOCK_NAME).read_bytes()
    assert lock.freeze() == first
    assert (lock.folder / LOCK_NAME).read_bytes() == bytes_before
    assert first.is_before_outcomes
    assert not first.is_amended


def test_a_comment_does_not_change_the_plan(lock: PlanLock) -> None:
    first = lock.freeze()
    path = lock.folder / "plan.yaml"
    path.write_text(f"# why\n{path.read_text(encoding='utf-8')}", encoding="utf-8")
    assert lock.freeze().sha256 == first.sha256


def test_a_changed_plan_stops_the_run(lock: PlanLock) -> None:
    lock.freeze()
    write_plan(lock.folder, 2.0)
    with pytest.raises(UserError, match="not the plan") as refused:
        lock.freeze()
    assert refused.value.code == Exit.USAGE
    assert "amend" in refused.value.remedy


def test_a_changed_plan_is_known_before_a_run_and_the_remedy_names_the_study(
    lock: PlanLock,
) -> None:
    lock.check()
    lock.freeze()
    lock.check()
    assert plan_problems(lock.folder) == []
    write_plan(lock.folder, 2.0)
    [problem] = plan_problems(lock.folder)
    assert problem.source_file == "plan.yaml"
    assert problem.message.startswith("is not the plan that was frozen.")
    assert problem.remedy.endswith(f'advocacy plan amend --reason "..." {lock.folder}')
    assert refusal_code([problem]) == Exit.USAGE
    (lock.folder / "plan.yaml").write_text("effects: 1", encoding="utf-8")
    assert plan_problems(lock.folder) == []
    (lock.folder / LOCK_NAME).write_text("{", encoding="utf-8")
    assert "damaged" in plan_problems(lock.folder)[0].message


def test_an_amended_plan_runs_and_stays_marked(lock: PlanLock) -> None:
    lock.freeze()
    lock.note_read()
    write_plan(lock.folder, 2.0)
    lock.amend("the first threshold was a misprint")
    state = lock.freeze()
    assert state.is_amended
    assert state.is_before_outcomes
    amendments = read_json(lock.folder / LOCK_NAME)["amendments"]
    assert [change["reason"] for change in amendments] == ["the first threshold was a misprint"]


def test_amending_without_a_change_is_refused(lock: PlanLock) -> None:
    lock.freeze()
    with pytest.raises(UserError, match="nothing to amend"):
        lock.amend("no reason")


def test_an_amendment_without_a_reason_is_refused(lock: PlanLock) -> None:
    lock.freeze()
    write_plan(lock.folder, 2.0)
    with pytest.raises(UserError, match="needs its reason"):
        lock.amend("  ")


def test_another_plan_frozen_after_outcomes_were_read_is_too_late(lock: PlanLock) -> None:
    lock.freeze()
    lock.note_read()
    (lock.folder / LOCK_NAME).unlink()
    write_plan(lock.folder, 2.0)
    assert not lock.freeze().is_before_outcomes


def test_the_same_plan_frozen_again_is_in_time(lock: PlanLock) -> None:
    lock.freeze()
    lock.note_read()
    (lock.folder / LOCK_NAME).unlink()
    assert lock.freeze().is_before_outcomes


def test_a_plan_written_after_a_look_without_one_is_too_late(lock: PlanLock) -> None:
    (lock.folder / "plan.yaml").unlink()
    assert lock.freeze().plan is None
    assert lock.note_read() == 0
    write_plan(lock.folder, 1.0)
    assert not lock.freeze().is_before_outcomes


def test_looks_are_counted(lock: PlanLock) -> None:
    lock.freeze()
    assert [lock.note_read(), lock.note_read()] == [1, 2]


def test_a_folder_that_takes_no_file_is_named(
    lock: PlanLock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, content: object) -> None:
        del path, content
        raise PermissionError

    monkeypatch.setattr("pipelines.plan_lock.write_json", refuse)
    with pytest.raises(UserError, match="cannot be written") as refused:
        lock.freeze()
    assert refused.value.code == Exit.PATH_NOT_USABLE
    assert lock.folder.name in refused.value.why


@pytest.mark.parametrize("content", ["{", "{}", "[1]"])
def test_a_damaged_lock_is_said_and_not_replaced(lock: PlanLock, content: str) -> None:
    (lock.folder / LOCK_NAME).write_text(content)
    with pytest.raises(UserError, match="damaged"):
        lock.freeze()
    assert (lock.folder / LOCK_NAME).read_text() == content
