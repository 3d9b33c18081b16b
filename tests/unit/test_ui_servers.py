"""Processes behind the UI: all start, all end, and none is left."""

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from pipelines import ui_servers
from pipelines.errors import Exit, UserError
from pipelines.ui_home import UiHome, free_port
from pipelines.ui_servers import Servers, is_loaded, serving, undisturbed

SLEEPS = ["-c", "import time; time.sleep(60)"]
ENDS = ["-c", "raise SystemExit(3)"]
TELLS = (
    "import os, signal, time;"
    "hears = signal.getsignal(signal.SIGINT) == signal.default_int_handler;"
    "open('heard.part', 'w').write(str(hears)); os.rename('heard.part', 'heard'); time.sleep(60)"
)
STUBBORN = (
    "import signal, time, pathlib;"
    "signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    "pathlib.Path('ready').touch(); time.sleep(60)"
)


@pytest.fixture
def home(tmp_path: Path) -> UiHome:
    made = UiHome(tmp_path / "home")
    made.make()
    return made


@pytest.fixture
def sleepers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ui_servers, "code_server", lambda *_: SLEEPS)
    monkeypatch.setattr(ui_servers, "webserver", lambda *_: SLEEPS)
    monkeypatch.setattr(ui_servers, "daemon", lambda *_: SLEEPS)
    monkeypatch.setattr(ui_servers, "TICK", 0.01)


def is_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


@pytest.mark.usefixtures("sleepers")
def test_every_process_ends_with_the_block(home: UiHome) -> None:
    with serving(home, 1, dict(os.environ)) as servers:
        started = [process.pid for process in servers.running.values()]
        assert len(started) == 3
        servers.require_running()
    assert all(is_gone(pid) for pid in started)


@pytest.mark.usefixtures("sleepers")
def test_what_starts_in_the_background_hears_an_interruption(
    home: UiHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ui_servers, "code_server", lambda *_: ["-c", TELLS])
    told, before = home.folder / "heard", signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with serving(home, 1, dict(os.environ)):
            end = time.monotonic() + 30
            while not told.exists() and time.monotonic() < end:
                time.sleep(0.05)
            assert signal.getsignal(signal.SIGINT) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)
    assert told.read_text(encoding="utf-8") == "True"


@pytest.mark.usefixtures("sleepers")
def test_a_start_that_is_broken_off_leaves_no_process(
    home: UiHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[int] = []

    def interrupt(*_: object) -> list[str]:
        started.extend(process.pid for process in servers[0].running.values())
        raise KeyboardInterrupt

    servers: list[Servers] = []
    original = Servers.start

    def start(self: Servers, scratch: Path) -> None:
        servers.append(self)
        original(self, scratch)

    monkeypatch.setattr(Servers, "start", start)
    monkeypatch.setattr(ui_servers, "daemon", interrupt)
    with pytest.raises(KeyboardInterrupt), serving(home, 1, dict(os.environ)):
        pass
    assert len(started) == 2
    assert all(is_gone(pid) for pid in started)


@pytest.mark.usefixtures("sleepers")
def test_what_does_not_end_in_time_is_killed(home: UiHome, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ui_servers, "code_server", lambda *_: ["-c", STUBBORN])
    monkeypatch.setattr(ui_servers, "GRACE", 0.2)
    with serving(home, 1, dict(os.environ)) as servers:
        while not (home.folder / "ready").is_file():
            time.sleep(0.01)
    assert servers.running["code"].returncode == -signal.SIGKILL


@pytest.mark.usefixtures("sleepers")
def test_a_process_that_ends_by_itself_is_named_with_its_log(
    home: UiHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ui_servers, "webserver", lambda *_: ENDS)
    with (
        pytest.raises(UserError, match="The webserver of Dagster ended") as refused,
        serving(home, free_port(), dict(os.environ)) as servers,
    ):
        servers.wait()
    assert refused.value.code == Exit.INTERNAL
    assert str(home.logs / "webserver.log") in refused.value.why


@pytest.mark.usefixtures("sleepers")
def test_a_ui_that_never_answers_is_given_up(home: UiHome, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ui_servers, "PATIENCE", 0.0)
    with (
        pytest.raises(UserError, match="did not answer"),
        serving(home, free_port(), dict(os.environ)) as servers,
    ):
        servers.wait()


class Answer(BaseHTTPRequestHandler):
    """Says which jobs a code location has."""

    jobs: tuple[str, ...] = ()

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(self.jobs).encode())

    def log_message(self, *arguments: object) -> None:
        del arguments


@pytest.fixture
def address() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_the_ui_is_there_when_it_shows_the_jobs(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not is_loaded(address)
    monkeypatch.setattr(Answer, "jobs", ("measure_impact",))
    assert is_loaded(address)
    assert not is_loaded(f"http://127.0.0.1:{free_port()}")


def test_the_commands_are_those_of_this_python_on_this_machine_only(tmp_path: Path) -> None:
    assert "127.0.0.1" in ui_servers.webserver(tmp_path, 3000)
    assert "pipelines.definitions" in ui_servers.code_server(tmp_path)
    assert ui_servers.daemon(tmp_path)[:3] == ["-m", "dagster._daemon", "run"]
    assert sys.executable
    assert Servers(UiHome(tmp_path), 3000, {}).address == "http://127.0.0.1:3000"


def test_stopping_is_not_interrupted() -> None:
    before = signal.getsignal(signal.SIGINT)
    with undisturbed():
        os.kill(os.getpid(), signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) == before
