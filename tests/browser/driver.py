"""Starting the real server and driving its pages: what a person would do, and waiting until the page has settled."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Locator, Page, Request, WebSocket
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM_FLAGS = ("--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--force-color-profile=srgb")
PATIENCE_MS = 60_000
QUIET_MS = 200
SETTLED = """
quiet => {
  const app = document.querySelector('[data-testid="stApp"]');
  const busy = !app || app.dataset.testConnectionState !== 'CONNECTED' || app.dataset.testScriptState !== 'notRunning'
    || document.querySelector('[data-testid="stSkeleton"], [data-testid="stAppSkeleton"], [data-stale="true"]');
  const now = performance.now();
  if (busy) { window.quietSince = undefined; return false; }
  window.quietSince ??= now;
  return now - window.quietSince >= quiet;
}
"""

# Console errors that are Streamlit's own: on a deep link (/forecast) its front end probes /forecast/_stcore/health and
# /forecast/_stcore/host-config before it finds them at the root.
EXPECTED_ERRORS = ("Failed to load resource: the server responded with a status of 404 (Not Found)",)


def chromium() -> str | None:
    """Where Chromium is: SMENA_CHROMIUM, or Debian's."""
    return os.environ.get("SMENA_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running_server(store: Path, log: Path) -> Iterator[str]:
    """`streamlit run app.py` on a store, until the block ends. Yields its address."""
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.address", "127.0.0.1"]
    command += ["--server.port", str(port), "--server.headless", "true", "--server.fileWatcherType", "none"]
    with log.open("w") as sink:
        environment = {**os.environ, "SMENA_STORE": str(store)}
        server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=sink, stderr=subprocess.STDOUT)
        try:
            _wait_until_healthy(server, f"http://127.0.0.1:{port}/_stcore/health", log)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(20)


def _wait_until_healthy(server: subprocess.Popen[bytes], address: str, log: Path, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if server.poll() is not None:
            raise RuntimeError(f"the server ended: {log.read_text()[-2000:]}")
        try:
            with urllib.request.urlopen(address, timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(f"no server after {seconds} s: {log.read_text()[-2000:]}")


class Tab:
    """A page of the app in a browser tab, with its console errors and the addresses it asked for."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.errors: list[str] = []
        self.foreign: list[str] = []
        self.finished = 0
        page.on("console", lambda message: self.errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", self._asked)
        page.on("websocket", self._listen)

    def _asked(self, request: Request) -> None:
        if not request.url.startswith(("http://127.0.0.1", "ws://127.0.0.1", "data:", "blob:")):
            self.foreign.append(request.url)

    def _listen(self, socket: WebSocket) -> None:
        def received(data: str | bytes) -> None:
            if isinstance(data, bytes):
                message = ForwardMsg()
                message.ParseFromString(data)
                self.finished += message.WhichOneof("type") == "script_finished"

        socket.on("framereceived", received)

    @property
    def unexpected_errors(self) -> list[str]:
        """Console errors that are not Streamlit's own."""
        return [error for error in self.errors if error not in EXPECTED_ERRORS]

    def go(self, address: str) -> None:
        """Open an address and wait until it is drawn."""
        self.page.goto(address)
        self.settle()

    def reload(self) -> None:
        """F5."""
        self.page.reload()
        self.settle()

    def settle(self) -> None:
        """Wait until the script has run, nothing is stale, and it stays so for a moment."""
        self.page.wait_for_function(SETTLED, arg=QUIET_MS, timeout=PATIENCE_MS)
        self.page.evaluate("window.quietSince = undefined")

    @contextmanager
    def rerun(self) -> Iterator[None]:
        """Wait until a run that the block causes has finished: edits are sent late, so settling is not enough."""
        before = self.finished
        yield
        end = time.monotonic() + PATIENCE_MS / 1000
        while self.finished <= before:
            self.page.wait_for_timeout(20)
            if time.monotonic() > end:
                raise TimeoutError("the action caused no run of the script")
        self.settle()

    def visit(self, title: str) -> None:
        """Go to a page by its link in the side bar."""
        with self.rerun():
            self.page.get_by_test_id("stSidebarNavLink").filter(has_text=title).click()

    def press(self, label: str) -> None:
        """Press a button and wait for what it does."""
        with self.rerun():
            self.page.get_by_role("button", name=label, exact=True).click()

    def metric(self, label: str) -> str:
        """The value of a headline number."""
        return self.page.get_by_test_id("stMetric").filter(has_text=label).get_by_test_id("stMetricValue").inner_text()

    def grid(self, number: int = 0) -> Locator:
        """A table of the page."""
        return self.page.get_by_test_id("stDataFrame").nth(number)

    def cell(self, row: int, column: int, number: int = 0) -> str:
        """The text of a cell, from the table that screen readers see."""
        return self.grid(number).get_by_test_id(f"glide-cell-{column}-{row}").inner_text()

    def edit_cell(self, row: int, column: int, text: str, number: int = 0) -> None:
        """Type into a cell with the keyboard, as a planner does."""
        grid = self.grid(number)
        grid.scroll_into_view_if_needed()
        grid.click(position={"x": 20, "y": 52})  # the first row below the head
        keys = self.page.keyboard
        keys.press("Control+Home")
        for key, times in (("ArrowDown", row), ("ArrowRight", column)):
            for _ in range(times):
                keys.press(key)
        keys.press("Enter")
        field = self.page.locator("#portal input, #portal textarea").first
        field.press("Control+a")
        field.press_sequentially(text, delay=15)
        self.page.wait_for_timeout(60)  # the field hands its text over in the next frame
        with self.rerun():
            keys.press("Enter")

    def exceptions(self) -> list[str]:
        """Texts of the exceptions that the page shows."""
        return [box.inner_text() for box in self.page.get_by_test_id("stException").all()]
