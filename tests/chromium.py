"""A headless Chromium of this machine, driven over its own debugging protocol."""

import base64
import json
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any

from websockets.sync.client import ClientConnection, connect

from pipelines.browser import browser_command, find_browser


class Page:
    """One tab: it loads files, evaluates script and remembers what went wrong."""

    def __init__(self, socket: ClientConnection) -> None:
        """Takes an open socket of a tab and switches on what the tests watch."""
        self._socket = socket
        self._sent = 0
        self._loaded = False
        self.problems: list[str] = []
        self.requests: list[str] = []
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **params: object) -> dict[str, Any]:
        """Sends one command and gives its result; events on the way are noted."""
        self._sent += 1
        self._socket.send(json.dumps({"id": self._sent, "method": method, "params": params}))
        while True:
            message = json.loads(self._socket.recv(timeout=30))
            if message.get("id") == self._sent:
                if "error" in message:
                    raise RuntimeError(message["error"]["message"])
                return dict(message["result"])
            self._note(message)

    def open(self, path: Path, width: int = 1280, height: int = 800) -> None:
        """Loads a file from disk at this size of window."""
        self.resize(width, height)
        self._loaded = False
        self.call("Page.navigate", url=path.as_uri())
        while not self._loaded:
            self._note(json.loads(self._socket.recv(timeout=30)))

    def resize(self, width: int, height: int) -> None:
        """Sets the window, at one device pixel per CSS pixel."""
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=width < 600,
        )

    def evaluate(self, script: str) -> Any:
        """The value of an expression, awaited where it is a promise."""
        found = self.call(
            "Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True
        )
        if "exceptionDetails" in found:
            raise RuntimeError(str(found["exceptionDetails"]))
        return found["result"].get("value")

    def scroll_through(self) -> None:
        """Brings every chart into view, and waits until each has been drawn or left alone."""
        self.evaluate(
            "(async () => { for (const f of document.querySelectorAll('[data-figure]')) {"
            "f.scrollIntoView(); await new Promise(r => setTimeout(r, 150)); }"
            "await new Promise(r => setTimeout(r, 700)); scrollTo(0, 0); })()"
        )

    def screenshot(self, path: Path, *, whole: bool = True) -> None:
        """Writes a picture of the page, or of its first screen."""
        shot = self.call("Page.captureScreenshot", captureBeyondViewport=whole)
        if whole:
            size = self.call("Page.getLayoutMetrics")["cssContentSize"]
            clip = {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}
            shot = self.call("Page.captureScreenshot", captureBeyondViewport=True, clip=clip)
        path.write_bytes(base64.b64decode(shot["data"]))

    def picture(self) -> str:
        """What the window shows, as base64 of a PNG."""
        return str(self.call("Page.captureScreenshot")["data"])

    def print_pdf(self) -> bytes:
        """The page as printed on its own paper size."""
        result = self.call("Page.printToPDF", preferCSSPageSize=True, printBackground=True)
        return base64.b64decode(result["data"])

    def _note(self, message: dict[str, Any]) -> None:
        method, params = message.get("method"), message.get("params", {})
        if method == "Page.loadEventFired":
            self._loaded = True
        if method == "Log.entryAdded" and params["entry"]["level"] in {"error", "warning"}:
            self.problems.append(params["entry"]["text"])
        if method == "Runtime.exceptionThrown":
            self.problems.append(str(params["exceptionDetails"].get("exception")))
        if method == "Runtime.consoleAPICalled" and params["type"] in {"error", "warning"}:
            self.problems.append(str(params["args"]))
        if method == "Network.requestWillBeSent":
            self.requests.append(params["request"]["url"][:80])


@contextmanager
def served_until(mark: str, path: Path) -> Iterator[tuple[str, Event]]:
    """The address of a page that ends before `mark`; the rest is sent once the event is set."""
    first, _, rest = path.read_bytes().partition(mark.encode())
    is_released = Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(first)
            self.wfile.flush()
            is_released.wait(timeout=30)
            self.wfile.write(mark.encode() + rest)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/", is_released
    finally:
        is_released.set()
        server.shutdown()
        server.server_close()


@contextmanager
def open_tab() -> Iterator[Page]:
    """A tab of a fresh browser with an empty profile; both are gone afterwards."""
    chromium = find_browser()
    if chromium is None:
        raise FileNotFoundError("chromium must be installed; apt-get install chromium")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        process = subprocess.Popen(
            browser_command(chromium, profile, "--remote-debugging-port=0", "about:blank"),
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
        )
        try:
            with connect(_tab_address(process), max_size=None) as socket:
                yield Page(socket)
        finally:
            process.terminate()
            process.communicate(timeout=20)


def _tab_address(process: subprocess.Popen[str]) -> str:
    """The socket of the first tab, by way of the browser's own."""
    lines = iter(process.stderr) if process.stderr else iter(())
    browser = next(line for line in lines if "DevTools listening on" in line).split()[-1]
    with connect(browser) as socket:
        socket.send(json.dumps({"id": 1, "method": "Target.getTargets"}))
        targets = json.loads(socket.recv())["result"]["targetInfos"]
    tab = next(target["targetId"] for target in targets if target["type"] == "page")
    return f"{browser.split('/devtools/')[0]}/devtools/page/{tab}"
