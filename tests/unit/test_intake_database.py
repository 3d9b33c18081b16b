"""Queries without a server: what is refused before and after one answers, and how cells are told.

The driver is played by a small one; tests/integration/test_postgres.py asks a real server.
"""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow.parquet as pq
import pytest

from intake import database
from intake.database import fetch_queries, query_digests
from intake.problems import Problem, Rejected
from intake.read import open_source, read_raw
from intake.study import load_study
from pipelines.commands import explain
from pipelines.errors import Exit
from schemas.study import Study
from tests.intake_world import engine, rows, write_study

CANARY = "canary-77"
ADDRESS = f"postgresql://me:{CANARY}@127.0.0.1:1/crm"
TEXT, BOOL, INT, FLOAT, DATE, MOMENT = 25, 16, 20, 701, 1082, 1184


class DriverError(Exception):
    """What the driver raises; its words hold the address."""

    def __init__(
        self, sqlstate: str | None = None, words: str = "", *, was_asked: bool = False
    ) -> None:
        super().__init__(f"{words} for {ADDRESS}")
        self.sqlstate = sqlstate
        self.pgconn = SimpleNamespace(used_password=True) if was_asked else None


@dataclass
class PlayedDriver:
    """A driver that answers with these columns and rows, or fails."""

    columns: Sequence[tuple[str, int]] = ()
    cells: Sequence[Sequence[str | None]] = ()
    no_connection: str | None = None
    was_asked: bool = False
    failure: Exception | None = None
    said: list[str] = field(default_factory=list)
    Error = DriverError
    types = SimpleNamespace(string=SimpleNamespace(TextLoader=str))

    @property
    def adapters(self) -> Any:
        known = {7: SimpleNamespace(oid=6, array_oid=7)}
        return SimpleNamespace(types=_Types(known), register_loader=lambda *_one: None)

    def connect(self, address: str, **_settings: Any) -> "PlayedDriver":
        assert address == ADDRESS
        if self.no_connection is not None:
            raise DriverError(None, self.no_connection, was_asked=self.was_asked)
        return self

    def close(self) -> None:
        self.said.append("closed")

    @contextmanager
    def cursor(self, name: str) -> Iterator["PlayedDriver"]:
        assert name
        yield self

    def execute(self, statement: str) -> None:
        self.said.append(statement)
        if self.failure is not None and statement == "SELECT 1":
            raise self.failure

    @property
    def description(self) -> list[Any]:
        return [SimpleNamespace(name=name, type_code=kind) for name, kind in self.columns]

    def __iter__(self) -> Iterator[Sequence[str | None]]:
        return iter(self.cells)


class _Types(dict[int, Any]):
    """Known types by number; iterated as the driver does."""

    def __iter__(self) -> Iterator[Any]:
        return iter(self.values())


@pytest.fixture(autouse=True)
def address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRM_URL", ADDRESS)


def study(folder: Path, **format_: Any) -> Study:
    source = {
        "table": "unit",
        "connection": "${CRM_URL}",
        "query": "SELECT 1",
        "mapping": {"format": format_},
    }
    return load_study(write_study(folder, {}, sources=[source]))


def fetched(
    folder: Path, driver: Any, monkeypatch: pytest.MonkeyPatch, **format_: Any
) -> tuple[Study, list[Problem]]:
    monkeypatch.setitem(sys.modules, "psycopg", driver)
    return fetch_queries(study(folder, **format_), lambda: folder)


def refused(folder: Path, driver: Any, monkeypatch: pytest.MonkeyPatch) -> Problem:
    found, (problem,) = fetched(folder, driver, monkeypatch)
    assert found.sources == []
    assert CANARY not in repr(problem)
    assert problem.source_file == "unit"
    return problem


UNIT_COLUMNS = [("unit_id", TEXT), ("name", TEXT), ("unit_type", TEXT)]
UNIT_ROW = ["007", "NA", "region"]


def test_rows_are_numbered_below_their_header_and_read_as_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver = PlayedDriver(UNIT_COLUMNS, [UNIT_ROW, ["8", "", "site"]])
    found, problems = fetched(tmp_path, driver, monkeypatch)
    assert problems == []
    assert [list(row.values()) for row in rows(read_raw(engine(), tmp_path, found, "unit"))] == [
        ["007", "NA", "region", "unit", 2],
        ["8", None, "site", "unit", 3],
    ]
    assert driver.said[-1] == "closed"


@pytest.mark.parametrize(
    ("kind", "cell", "text"),
    [
        (BOOL, "t", "true"),
        (BOOL, "f", "false"),
        (INT, "12345678901234567890", "12345678901234567890"),
        (FLOAT, "1.5", "1,5"),
        (DATE, "2001-02-03", "03.02.2001"),
        (DATE, "0044-03-15 BC", "0044-03-15 BC"),
        (DATE, "infinity", "infinity"),
        (MOMENT, "2001-03-31 23:30:00+00", "31.03.2001"),
        (TEXT, "2001-02-03", "2001-02-03"),
    ],
)
def test_typed_cells_are_written_as_declared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: int, cell: str, text: str
) -> None:
    driver = PlayedDriver([*UNIT_COLUMNS, ("more", kind)], [[*UNIT_ROW, cell]])
    found, _none = fetched(tmp_path, driver, monkeypatch, date="%d.%m.%Y", decimal=",")
    rows = found.sources[0].rows
    assert rows is not None
    assert pq.read_table(rows.path)["more"].to_pylist() == [text]


def test_the_digest_is_of_the_rows_in_their_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours: list[str | None] = list(UNIT_ROW)
    other: list[str | None] = ["8", None, "site"]
    told = [
        query_digests(fetched(tmp_path, PlayedDriver(UNIT_COLUMNS, cells), monkeypatch)[0])
        for cells in ([ours, other], [ours, other], [other, ours], [ours])
    ]
    assert told[0] == told[1]
    assert len({digests[0].sha256 for digests in told}) == 3


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ('password authentication failed for user "me"', "refuses the user or the password"),
        ("fe_sendauth: no password supplied", "refuses the user or the password"),
        ('role "me" does not exist', "refuses the user or the password"),
        ('database "crm" does not exist', "no such database"),
        ('invalid port number: "x"', "address cannot be read"),
        ("Connection refused", "cannot be reached"),
    ],
)
def test_a_server_that_cannot_be_used_is_told_without_the_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: str, told: str
) -> None:
    problem = refused(tmp_path, PlayedDriver(no_connection=words), monkeypatch)
    assert problem.rule == "unreachable"
    assert told in problem.message


@pytest.mark.parametrize(
    ("was_asked", "told"),
    [(True, "refuses the user, the password or the database"), (False, "cannot be reached")],
)
def test_a_refusal_in_another_language_is_known_by_what_was_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, was_asked: bool, told: str
) -> None:
    words = "Passwort-Authentifizierung für Benutzer »me« fehlgeschlagen"
    driver = PlayedDriver(no_connection=words, was_asked=was_asked)
    assert told in refused(tmp_path, driver, monkeypatch).message


@pytest.mark.parametrize(
    ("sqlstate", "rule"),
    [
        ("42P01", "missing_table"),
        ("42703", "missing_column"),
        ("42501", "not_permitted"),
        ("25006", "read_only"),
        ("42601", "query"),
        ("57014", "timeout"),
        ("57P01", "unreachable"),
        (None, "unreachable"),
        ("22012", "query"),
    ],
)
def test_a_query_that_fails_is_told_by_its_state(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sqlstate: str | None, rule: str
) -> None:
    driver = PlayedDriver(failure=DriverError(sqlstate, "cell 4711"))
    problem = refused(tmp_path, driver, monkeypatch)
    assert problem.rule == rule
    assert "4711" not in str(problem)
    assert driver.said[-1] == "closed"


def test_text_that_cannot_be_decoded_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver = PlayedDriver(failure=UnicodeDecodeError("utf-8", b"\xff", 0, 1, CANARY))
    assert refused(tmp_path, driver, monkeypatch).rule == "encoding"


@pytest.mark.parametrize("kind", [114, 3802, 17, 7])
def test_a_column_of_lists_objects_or_bytes_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: int
) -> None:
    driver = PlayedDriver([*UNIT_COLUMNS, ("more", kind)], [[*UNIT_ROW, "{}"]])
    problem = refused(tmp_path, driver, monkeypatch)
    assert (problem.rule, problem.column) == ("nested", "more")


@pytest.mark.parametrize(
    ("value", "code"), [("", Exit.USAGE), (f"mysql://me:{CANARY}@host/db", Exit.USAGE)]
)
def test_the_address_comes_from_the_environment(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    value: str,
    code: Exit,
) -> None:
    monkeypatch.setenv("CRM_URL", value)
    problem = refused(tmp_path, PlayedDriver(), monkeypatch)
    assert "CRM_URL" in problem.message
    assert explain(Rejected([problem])) == code
    assert CANARY not in capsys.readouterr().err


def test_without_the_driver_the_extra_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    problem = refused(tmp_path, None, monkeypatch)
    assert "[postgres]" in problem.remedy
    assert explain(Rejected([problem])) == Exit.TOOL_MISSING


def test_the_real_driver_finds_no_server_at_a_closed_port(tmp_path: Path) -> None:
    pytest.importorskip("psycopg")
    _study, (problem,) = fetch_queries(study(tmp_path), lambda: tmp_path)
    assert "cannot be reached" in problem.message
    assert CANARY not in repr(problem)
    assert explain(Rejected([problem])) == Exit.SOURCE_UNREACHABLE


def test_an_exit_code_of_its_own_needs_problems_of_one_kind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    problem = refused(tmp_path, None, monkeypatch)
    other = Problem("unit.csv", None, None, "empty_file", "is empty", "fill it")
    assert explain(Rejected([problem, other])) == Exit.DATA_REJECTED


def test_a_query_that_was_not_run_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(Rejected):
        open_source(tmp_path, study(tmp_path).sources[0])


def test_files_need_no_driver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "_driver", None)
    found = load_study(write_study(tmp_path, {"unit.csv": "unit_id\n"}))
    assert fetch_queries(found, lambda: tmp_path) == (found, [])


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ({"connection": "${X}"}, "a source with a connection needs a query"),
        ({"path": "unit.csv", "query": "SELECT 1"}, "one with a path has none"),
        ({"query": "SELECT 1"}, "either path or connection"),
    ],
)
def test_a_query_and_its_connection_come_together(
    tmp_path: Path, source: dict[str, str], told: str
) -> None:
    write_study(tmp_path, {}, sources=[{"table": "unit", **source}])
    with pytest.raises(Rejected) as caught:
        load_study(tmp_path)
    assert told in str(caught.value)


def test_two_queries_for_one_table_are_joined_in_sql(tmp_path: Path) -> None:
    one = {"table": "unit", "connection": "${CRM_URL}", "query": "SELECT 1"}
    write_study(tmp_path, {}, sources=[one, {**one, "query": "SELECT 2"}])
    with pytest.raises(Rejected) as caught:
        load_study(tmp_path)
    assert "join them with UNION ALL" in str(caught.value)
