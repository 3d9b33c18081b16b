"""A source that is a query, against a real PostgreSQL server."""

import logging
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from typer.testing import CliRunner, Result

from assets.parts import STUDIES
from intake.problems import Rejected
from pipelines.cli import app
from pipelines.definitions import defs
from pipelines.errors import Exit
from pipelines.generation import StudyOutput
from pipelines.jobs import MEASURE_IMPACT
from pipelines.results import open_results
from pipelines.run import QUIET, run_study
from pipelines.settings import Settings
from tests.intake_world import ENGAGEMENT_HEADER, PARTNER, UNIT, write_study
from tests.postgres import PASSWORD, Server, running_server, server_programs

pytestmark = pytest.mark.slow

SECRETS = (PASSWORD, "crm_reader", "wrong-canary", "nobody-canary")
LOCALE = "de_DE.UTF-8"
GERMAN = list(Path("/usr/share/locale/de/LC_MESSAGES").glob("postgres-*.mo"))
COLUMNS = ENGAGEMENT_HEADER.strip()
TABLE = """CREATE TABLE log (
    engagement_id text, payer_id text, partner_id text, start_date date, end_date timestamptz,
    date_precision text, activity_type text, amount numeric(12, 2), currency text,
    reverses_engagement_id text, is_product_linked boolean, staff_hours double precision,
    participant_count bigint, extra json)"""
FIRST = """INSERT INTO log VALUES
    ('0071', 'us', 'p1', '2001-02-03', '2001-03-31 23:30:00-05', 'day', 'meeting', 100.50, 'EUR',
     NULL, true, 2.5, 12345678901234567, '{}'),
    ('0072', 'us', 'p1', '2001-02-04', NULL, 'day', 'meeting', 1234567890.12, 'EUR', '',
     false, NULL, NULL, '{}')"""
MORE = "is_product_linked, staff_hours, participant_count FROM log ORDER BY 1"
QUERY = ", ".join((f"SELECT {COLUMNS}", MORE))


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    programs = server_programs()
    if programs is None:
        pytest.skip("needs a PostgreSQL server: apt-get install postgresql")
    with running_server(programs) as running:
        running.execute(TABLE, FIRST, "CREATE TABLE hidden (x int)", "CREATE SEQUENCE counter")
        running.execute("CREATE ROLE guest LOGIN PASSWORD 'guest-canary'")
        yield running


@pytest.fixture
def german(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A server that speaks German, where this machine has its words."""
    programs, made = server_programs(), shutil.which("localedef")
    if programs is None or made is None or not any(GERMAN):
        pytest.skip("needs a PostgreSQL server with its German messages, and localedef")
    place = Path(tempfile.mkdtemp(prefix="advocacy-locale-"))
    place.chmod(0o755)
    command = [made, "-i", "de_DE", "-f", "UTF-8", str(place / LOCALE)]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    monkeypatch.setenv("LOCPATH", str(place))
    with running_server(programs, f"lc_messages={LOCALE}") as running:
        yield running
    shutil.rmtree(place)


@pytest.mark.parametrize(
    "address", [{"password": "wrong-canary"}, {"user": "nobody-canary"}, {"database": "nope"}]
)
def test_a_refusal_in_german_is_told_as_one(
    german: Server,
    study: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
    address: dict[str, str],
) -> None:
    monkeypatch.setenv("CRM_URL", german.url(**address))
    result = call("validate", str(study()))
    assert result.exit_code == Exit.SOURCE_UNREACHABLE
    assert "the server refuses the user, the password or the database" in result.output
    assert not [secret for secret in SECRETS if secret in result.output + result.stderr]


@pytest.fixture
def study(settings: Settings) -> Callable[..., Path]:
    def made(query: str = QUERY, **format_: Any) -> Path:
        source = {
            "table": "engagement",
            "connection": "${CRM_URL}",
            "query": query,
            "mapping": {"format": format_},
        }
        sources = [{"table": n, "path": f"{n}.csv"} for n in ("unit", "partner")] + [source]
        files = {"unit.csv": UNIT, "partner.csv": PARTNER}
        return write_study(settings.studies / "small", files, sources=sources)

    return made


def call(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def engagements(folder: Path, settings: Settings) -> list[dict[str, Any]]:
    run_study(folder, settings)
    with open_results("small", settings) as results:
        found: list[dict[str, Any]] = results.table("core_engagement").to_dict("records")
    return found


def written(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_a_query_is_read_as_text_and_typed_by_the_contract(
    server: Server, study: Callable[..., Path], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRM_URL", server.url())
    found = engagements(study(), settings)
    assert [row["engagement_id"] for row in found] == ["0071", "0072"]
    assert [str(row["amount"]) for row in found] == ["100.5", "1234567890.12"]
    assert [str(row["end_date"])[:10] for row in found] == ["2001-04-01", "NaT"]
    assert found[0]["participant_count"] == 12345678901234567
    assert [row["source_row"] for row in found] == [2, 3]
    assert {row["source_file"] for row in found} == {"engagement"}


def test_typed_cells_are_written_as_the_study_declares(
    server: Server, study: Callable[..., Path], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRM_URL", server.url())
    found = engagements(study(date="%d.%m.%Y", decimal=","), settings)
    assert [str(row["start_date"])[:10] for row in found] == ["2001-02-03", "2001-02-04"]
    assert found[0]["staff_hours"] == 2.5


def test_the_same_rows_have_the_same_digest_and_a_new_row_another(
    server: Server, study: Callable[..., Path], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRM_URL", server.url())
    folder = study()
    digests = []
    for statement in ("SELECT 1", "INSERT INTO log SELECT * FROM log WHERE engagement_id = '0071'"):
        server.execute(statement)
        outcome = run_study(folder, settings)
        inputs = {found.path: found.sha256 for found in outcome.findings.provenance.inputs}
        digests.append(inputs["engagement"])
    again = run_study(folder, settings).findings.provenance.inputs
    server.execute("DELETE FROM log", FIRST)
    assert digests[0] != digests[1]
    assert {found.path: found.sha256 for found in again}["engagement"] == digests[1]


def test_many_rows_come_in_batches(
    server: Server, study: Callable[..., Path], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRM_URL", server.url())
    many = (
        "SELECT 'e' || n AS engagement_id, 'us' AS payer_id, 'p1' AS partner_id, date '2001-02-03'"
        " AS start_date, 'day' AS date_precision, 'meeting' AS activity_type, n AS amount,"
        " 'EUR' AS currency FROM generate_series(1, 25000) n"
    )
    assert len(engagements(study(many), settings)) == 25_000


FAILURES: dict[str, tuple[str, dict[str, str], Exit, str]] = {
    "a wrong password": (QUERY, {"password": "wrong-canary"}, Exit.SOURCE_UNREACHABLE, "password"),
    "an unknown user": (QUERY, {"user": "nobody-canary"}, Exit.SOURCE_UNREACHABLE, "the user"),
    "an unknown database": (QUERY, {"database": "nope"}, Exit.SOURCE_UNREACHABLE, "no such dat"),
    "a missing table": ("SELECT * FROM lgo", {}, Exit.DATA_REJECTED, "table that is not there"),
    "a missing column": ("SELECT x FROM log", {}, Exit.DATA_REJECTED, "column that is not there"),
    "no right to read": (
        "SELECT * FROM hidden",
        {"user": "guest", "password": "guest-canary"},
        Exit.DATA_REJECTED,
        "may not read",
    ),
    "a query that writes": (
        "WITH w AS (INSERT INTO log SELECT * FROM log RETURNING *) SELECT * FROM w",
        {},
        Exit.DATA_REJECTED,
        "may not do",
    ),
    "a function that writes": (
        "SELECT nextval('counter')",
        {},
        Exit.DATA_REJECTED,
        "tries to write",
    ),
    "another statement": ("DELETE FROM log", {}, Exit.DATA_REJECTED, "not one SELECT"),
    "two statements": ("SELECT 1; COMMIT; DELETE FROM log", {}, Exit.DATA_REJECTED, "not one"),
    "a cast that fails on a cell": (
        "SELECT currency::integer AS amount FROM log",
        {},
        Exit.DATA_REJECTED,
        "SQLSTATE 22P02",
    ),
    "lists": ("SELECT array[1] AS engagement_id", {}, Exit.DATA_REJECTED, "lists or objects"),
    "objects": ("SELECT extra FROM log", {}, Exit.DATA_REJECTED, "lists or objects"),
    "a required column left out": ("SELECT payer_id FROM log", {}, Exit.DATA_REJECTED, "header"),
    "a name given twice": (
        "SELECT 1 AS engagement_id, 2 AS engagement_id",
        {},
        Exit.DATA_REJECTED,
        "same name",
    ),
    "no rows": (QUERY.replace("ORDER", "WHERE false ORDER"), {}, Exit.DATA_REJECTED, "no rows"),
}


@pytest.mark.parametrize("case", FAILURES)
def test_each_failure_is_one_line_without_the_address(
    server: Server,
    study: Callable[..., Path],
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    case: str,
) -> None:
    query, address, code, words = FAILURES[case]
    monkeypatch.setenv("CRM_URL", server.url(**address))
    caplog.set_level(logging.DEBUG)
    out = ("--out", str(settings.output))
    result = call("run", str(study(query)), *out, "--debug")
    told = [line for line in result.stderr.splitlines() if line.startswith("engagement")]
    assert result.exit_code == code
    assert words in result.stderr
    assert told
    assert call("validate", str(settings.studies / "small")).exit_code == code
    shown = result.output + result.stderr + caplog.text + repr(result.exception)
    assert not [secret for secret in SECRETS if secret in shown]
    assert not [secret for secret in SECRETS if secret.encode() in written(settings.output)]
    assert server.rows("SELECT count(*) FROM log") == [(2,)]


def test_a_type_that_drifts_sets_aside_the_rows_that_cannot_be_read(
    server: Server, study: Callable[..., Path], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRM_URL", server.url())
    drifted = QUERY.replace("amount", "CASE WHEN engagement_id = '0072' THEN 'lots'"
                            " ELSE amount::text END AS amount")  # fmt: skip
    outcome = run_study(study(drifted), settings)
    (account,) = [a for a in outcome.findings.row_accounts if a.table == "engagement"]
    assert (account.read, account.accepted, account.quarantined) == (2, 1, 1)


def test_a_server_that_is_down_is_exit_69(
    study: Callable[..., Path], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRM_URL", Server(port=1).url())
    result = call("run", str(study()), "--out", str(settings.output))
    assert result.exit_code == Exit.SOURCE_UNREACHABLE
    assert "cannot be reached" in result.stderr
    assert not [secret for secret in SECRETS if secret in result.output + result.stderr]


def test_a_server_that_stops_answering_leaves_what_is_published(
    server: Server, study: Callable[..., Path], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRM_URL", server.url())
    folder = study()
    run_study(folder, settings)
    before = StudyOutput(settings.output / "small").current()
    ended = "SELECT pg_terminate_backend(pg_backend_pid())::text AS engagement_id"
    with pytest.raises(Rejected) as caught:
        run_study(study(ended), settings)
    assert [problem.rule for problem in caught.value.problems] == ["unreachable"]
    assert StudyOutput(settings.output / "small").current() == before


@pytest.mark.parametrize("address", [{}, {"password": "wrong-canary"}])
def test_dagster_keeps_no_password(
    server: Server,
    study: Callable[..., Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    address: dict[str, str],
) -> None:
    monkeypatch.setenv("CRM_URL", server.url(**address))
    monkeypatch.setenv("ADVOCACY_HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "data").mkdir()
    study()
    (tmp_path / "home" / "data" / "studies").symlink_to(tmp_path / "studies")
    store = tmp_path / "dagster"
    store.mkdir()
    with dg.DagsterInstance.local_temp(str(store)) as instance:
        instance.add_dynamic_partitions(str(STUDIES.name), ["small"])
        result = defs.resolve_job_def(MEASURE_IMPACT).execute_in_process(
            instance=instance, partition_key="small", run_config=QUIET, raise_on_error=False
        )
        told = " ".join(str(event) for event in instance.all_logs(result.run_id))
    assert result.success is not bool(address)
    kept = written(store) + written(tmp_path / "home" / "data") + told.encode()
    assert not [secret for secret in SECRETS if secret.encode() in kept]
