"""A PostgreSQL server of the tests' own: on this machine only, gone when they end."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

USER = "crm_reader"
PASSWORD = "canary-8c1f-pass"  # noqa: S105 - of a server that lives as long as the tests
DATABASE = "crm"


@dataclass(frozen=True)
class Server:
    """A running server with one database."""

    port: int

    def url(self, *, user: str = USER, password: str = PASSWORD, database: str = DATABASE) -> str:
        """An address as a person would put it into the environment."""
        return f"postgresql://{user}:{password}@127.0.0.1:{self.port}/{database}"

    def execute(self, *statements: str) -> None:
        """Run statements as the database's owner."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What a query gives."""
        with psycopg.connect(self.url()) as connection:
            return connection.execute(query.encode()).fetchall()


def server_programs() -> Path | None:
    """The folder that holds initdb and pg_ctl, of the newest version; none where there is none."""
    found = shutil.which("initdb")
    if found is not None:
        return Path(found).parent
    versions = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest = sorted(versions, key=lambda path: float(path.parts[-3]))
    return newest[-1].parent if newest else None


@contextmanager
def running_server(programs: Path, *settings: str) -> Iterator[Server]:
    """Start a server in a folder of its own; stopped and removed at the end.

    `settings` are the server's own, as `name=value`.
    """
    folder = Path(tempfile.mkdtemp(prefix="advocacy-postgres-"))
    server = Server(_free_port())
    try:
        (folder / "password").write_text(PASSWORD)
        _hand_over(folder)
        options = ["-U", USER, "-A", "scram-sha-256", "--pwfile", str(folder / "password")]
        data = str(folder / "data")
        _run(programs / "initdb", "-D", data, *options, "-E", "UTF8", "--locale=C", "--no-sync")
        listen = f"-p {server.port} -h 127.0.0.1 -k {folder} -c fsync=off"
        listen += "".join(f" -c {setting}" for setting in settings)
        log = str(folder / "log")
        _run(programs / "pg_ctl", "start", "-w", "-D", data, "-l", log, "-o", listen)
        try:
            with psycopg.connect(server.url(database="postgres"), autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE {DATABASE}".encode())
            yield server
        finally:
            _run(programs / "pg_ctl", "stop", "-w", "-m", "immediate", "-D", data)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(program: Path, *arguments: str) -> None:
    """Run a program of the server, which refuses to be run by root."""
    other = ["runuser", "-u", _other_user(), "--"] if os.geteuid() == 0 else []
    subprocess.run(
        [*other, str(program), *arguments],
        check=True,
        stdout=subprocess.DEVNULL,
        cwd="/",
        timeout=120,
    )


def _other_user() -> str:
    known = Path("/etc/passwd").read_text().splitlines()
    return "postgres" if any(line.startswith("postgres:") for line in known) else "nobody"


def _hand_over(folder: Path) -> None:
    if os.geteuid() == 0:
        for path in (folder, folder / "password"):
            shutil.chown(path, _other_user())


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
