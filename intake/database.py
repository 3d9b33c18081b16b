"""Sources that are a query: read once, into a file of text, from a PostgreSQL server.

The address comes from an environment variable and is shown nowhere: what the driver says of a
failure may hold it, so only the kind of a failure is told.
"""

import datetime as dt
import hashlib
import importlib
import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from intake.problems import NOT_SET, TOOL_MISSING, UNREACHABLE, Problem, Rejected
from intake.staged import NumberedRow, write_rows
from intake.study import VARIABLE, inline_mapping, source_name
from intake.typed_cells import CellText, cell_texts
from schemas.findings import InputDigest
from schemas.study import QueryRows, Source, Study

ADDRESS = ("postgresql://", "postgres://")
BATCH_ROWS = 1_000
STATEMENT_TIMEOUT = "15min"
CONNECT = {"connect_timeout": 10, "tcp_user_timeout": 60_000, "client_encoding": "utf8"}
SETTINGS = (
    "SET LOCAL timezone = 'UTC'",
    "SET LOCAL datestyle = 'ISO, YMD'",
    f"SET LOCAL statement_timeout = '{STATEMENT_TIMEOUT}'",
)
NESTED = frozenset({17, 114, 2249, 3802})
"""Type numbers of bytea, json, record and jsonb."""
FLAG = 16
NUMBERS = frozenset({20, 21, 23, 700, 701, 1700})
DATES = frozenset({1082, 1114, 1184})
"""Type numbers of date and of timestamps without and with a time zone, which are shown in UTC."""
WORDS = {"t": "true", "f": "false"}
LOST = ("08", "53", "57P", "58")
"""Beginnings of SQLSTATE where the server, not the query, is at fault."""
TOLD = {
    "42P01": ("missing_table", "names a table that is not there", "correct the table's name"),
    "42703": ("missing_column", "names a column that is not there", "correct the column's name"),
    "42501": ("not_permitted", "reads what this user may not read", "ask for the right to read"),
    "25006": ("read_only", "tries to write; sources are only read", "write a SELECT"),
    "0A000": ("read_only", "does what a query may not do", "write a SELECT that changes nothing"),
    "42601": ("query", "is not one SELECT", "write one SELECT, WITH or VALUES statement"),
    "57014": ("timeout", f"takes longer than {STATEMENT_TIMEOUT}", "ask for fewer rows"),
}
"""What is wrong with a query, by its SQLSTATE."""


@dataclass(frozen=True)
class Query:
    """One source that is a query: what it is called, and what is asked."""

    source: Source
    name: str

    def rejected(
        self, rule: str, what: str, remedy: str, row: int | None = None, column: str | None = None
    ) -> Rejected:
        """A reason why the rows cannot be had."""
        return Rejected([Problem(self.name, row, column, rule, what, remedy)])


def fetch_queries(study: Study, scratch: Callable[[], Path]) -> tuple[Study, list[Problem]]:
    """Run every query of a study once; its sources then know where their rows lie.

    Gives the study without the sources that could not be read, and one problem for each of them.
    """
    sources: list[Source] = []
    problems: list[Problem] = []
    for place, source in enumerate(study.sources):
        if source.connection is None:
            sources.append(source)
            continue
        path = scratch() / f"query_{place}.parquet"
        try:
            sha256 = _fetch(Query(source, source_name(source)), path)
            sources.append(source.with_rows(QueryRows(path, sha256)))
        except Rejected as rejected:
            problems += rejected.problems
    return study.model_copy(update={"sources": sources}), problems


def query_digests(study: Study) -> list[InputDigest]:
    """Digests of what the queries of a study gave: their header and rows, in order."""
    return [
        InputDigest(path=source_name(source), sha256=source.rows.sha256)
        for source in study.sources
        if source.rows is not None
    ]


def rows_of(source: Source) -> Path:
    """The rows of a query; raises `Rejected` where it was not run."""
    if source.rows is not None:
        return source.rows.path
    raise Query(source, source_name(source)).rejected(
        UNREACHABLE, "was not read from its database", "see why above, and run again"
    )


def _fetch(query: Query, path: Path) -> str:
    driver = _driver(query)
    connection = _connect(query, driver, _address(query))
    try:
        found = _read(query, driver, connection, path)
    finally:
        connection.close()
    if isinstance(found, Rejected):
        raise found
    return found


def _driver(query: Query) -> Any:
    """The optional driver."""
    with suppress(ImportError):
        return importlib.import_module("psycopg")
    remedy = "install the extra: pip install advocacy-impact[postgres]"
    raise query.rejected(TOOL_MISSING, "needs the PostgreSQL driver", remedy)


def _address(query: Query) -> str:
    match = VARIABLE.fullmatch(query.source.connection or "")
    variable = match[1] if match else ""
    address = os.environ.get(variable, "")
    if not address:
        what = f"the environment variable {variable} is not set"
        raise query.rejected(NOT_SET, what, f"export {variable}=postgresql://…")
    if not address.startswith(ADDRESS):
        what = f"the environment variable {variable} does not hold a postgresql:// address"
        raise query.rejected(NOT_SET, what, f"export {variable}=postgresql://…")
    return address


def _connect(query: Query, driver: Any, address: str) -> Any:
    """An open connection; the driver's own words are left out, for they may hold the address."""
    try:
        return driver.connect(address, **CONNECT)
    except driver.Error as error:
        told = str(error)
        was_asked = bool(getattr(error.pgconn, "used_password", False))
    raise _no_connection(query, told, was_asked=was_asked)


def _no_connection(query: Query, told: str, *, was_asked: bool) -> Rejected:
    """Why there is no connection; `was_asked`: the server took a password before it refused.

    The driver gives no SQLSTATE of a refused connection, only words in the server's language:
    where they are not English, what was asked for tells a refusal from a server that is down.
    """
    if "password" in told or "authentication" in told or "role " in told:
        what, remedy = "the server refuses the user or the password", "check the address"
    elif "database " in told and "not exist" in told:
        what, remedy = "the server has no such database", "check the end of the address"
    elif was_asked:
        what = "the server refuses the user, the password or the database"
        remedy = "check the address"
    elif "invalid" in told or "missing" in told:
        what, remedy = "the address cannot be read", "check it: postgresql://user@host/database"
    else:
        what = "the database server cannot be reached"
        remedy = "is it running, and may this machine connect to it? Then run again"
    return query.rejected(UNREACHABLE, what, remedy)


def _read(query: Query, driver: Any, connection: Any, path: Path) -> str | Rejected:
    """Write the rows and give their digest; what keeps them from being read is returned too.

    Raised here, it would carry the driver's own error, which may show values or the address.
    """
    connection.read_only = True
    try:
        for setting in SETTINGS:
            connection.execute(setting)
        with connection.cursor(name="advocacy") as cursor:
            cursor.itersize = BATCH_ROWS
            _as_text(driver, cursor)
            cursor.execute(query.source.query)
            return _write(query, cursor, path)
    except driver.Error as error:
        state = error.sqlstate
    except UnicodeError:
        return query.rejected("encoding", "holds text that is not UTF-8", "convert it in SQL")
    except Rejected as rejected:
        return rejected
    return _failed(query, state)


def _failed(query: Query, state: str | None) -> Rejected:
    if state in TOLD:
        return query.rejected(*TOLD[state])
    if state is None or state.startswith(LOST):
        what, remedy = "the connection was lost while the rows were read", "run again"
        return query.rejected(UNREACHABLE, what, remedy)
    remedy = "run it in psql; select columns as they are, types are read here"
    return query.rejected("query", f"fails with SQLSTATE {state}", remedy)


def _as_text(driver: Any, cursor: Any) -> None:
    """Let every type come as the text the server writes."""
    text = driver.types.string.TextLoader
    for kind in driver.adapters.types:
        cursor.adapters.register_loader(kind.oid, text)


def _write(query: Query, cursor: Any, path: Path) -> str:
    """Write the rows; returns the SHA-256 of header and rows, in order."""
    described = [(column.name, column.type_code) for column in cursor.description]
    header = tuple(name for name, _kind in described)
    known = cursor.adapters.types
    for name, kind in described:
        if kind in NESTED or getattr(known.get(kind), "array_oid", 0) == kind:
            what, remedy = "holds bytes, lists or objects", "select one value a column"
            raise query.rejected("nested", what, remedy, None, name)
    texts = cell_texts(query.source.table, inline_mapping(query.source), header)
    styles = [(kind, texts[name]) for name, kind in described]
    digest = hashlib.sha256(_line(header))
    write_rows(path, query.name, header, _rows(cursor, styles, digest.update))
    return digest.hexdigest()


def _rows(
    cursor: Any, styles: Sequence[tuple[int, CellText]], count: Callable[[bytes], None]
) -> Iterator[NumberedRow]:
    for row, cells in enumerate(cursor, start=2):
        texts = [_text(cell, *style) for cell, style in zip(cells, styles, strict=True)]
        count(_line(texts))
        yield row, texts


def _line(cells: Sequence[str | None]) -> bytes:
    return f"{json.dumps(cells)}\n".encode()


def _text(cell: str | None, kind: int, style: CellText) -> str | None:
    """A cell as a file would hold it; of an instant, its day in UTC."""
    if not cell:
        return None
    if kind == FLAG:
        return WORDS[cell]
    if kind in NUMBERS:
        return style.number(cell)
    if kind in DATES and not cell.endswith("BC"):
        with suppress(ValueError):  # infinity, and years of five digits
            return style.day(dt.date.fromisoformat(cell[:10]))
    return cell
