"""A headless Chromium, driven over a pipe: no port is opened and no library is needed.

Source: Chrome DevTools Protocol; with --remote-debugging-pipe messages are JSON, each ended by a
NUL, read from descriptor 3 and written to descriptor 4.
"""

import base64
import fcntl
import json
import os
import shutil
import signal
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

PROGRAM = "chromium"
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--mute-audio"),
    *("--remote-debugging-pipe", "--no-first-run", "--disable-background-networking"),
)
PIECE = 1 << 20
OVERFLOW = """
(() => {
  const room = document.documentElement.clientWidth;
  const found = [];
  if (document.documentElement.scrollWidth > room) found.push("page");
  document.querySelectorAll("body *").forEach(one => {
    const box = one.getBoundingClientRect();
    if (box.width && box.right > room + 1 && !one.closest(".scroll, pre, nav"))
      found.push(one.tagName + "." + one.getAttribute("class"));
  });
  return found.slice(0, 5);
})()
"""
"""What reaches out of the window to the right; what scrolls within itself may."""


@dataclass(slots=True)
class Seen:
    """What a page did in a browser."""

    errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    overflow: dict[int, list[str]] = field(default_factory=dict)


class Browser:
    """A headless browser with one page; as a context manager it is ended with the block."""

    def __init__(self) -> None:
        """Start it."""
        self._folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        program = shutil.which(PROGRAM)
        if program is None:
            raise FileNotFoundError(PROGRAM)
        hear, self._say = map(_high, os.pipe())
        self._hear, say = map(_high, os.pipe())
        quiet = (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0)
        ends = [(os.POSIX_SPAWN_DUP2, hear, 3), (os.POSIX_SPAWN_DUP2, say, 4), quiet]
        command = [PROGRAM, *FLAGS, f"--user-data-dir={self._folder.name}", "about:blank"]
        self._process = os.posix_spawn(program, command, os.environ, file_actions=ends)
        os.close(hear)
        os.close(say)
        self._left, self._number, self._session = b"", 0, ""
        self.events: list[dict[str, Any]] = []
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        attached = self.ask("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.ask(f"{domain}.enable")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        os.kill(self._process, signal.SIGTERM)
        os.waitpid(self._process, 0)
        os.close(self._say)
        os.close(self._hear)
        self._folder.cleanup()

    def ask(self, method: str, **parameters: object) -> Mapping[str, Any]:
        """Return what the browser answers to a command."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        content = json.dumps(message).encode() + b"\0"
        while content:
            content = content[os.write(self._say, content) :]
        while True:
            found = self._read()
            if found.get("id") == self._number:
                if "error" in found:
                    raise RuntimeError(f"{method}: {found['error']}")
                result: Mapping[str, Any] = found["result"]
                return result
            self.events.append(found)

    def look_at(self, page: Path, widths: tuple[int, ...] = (1280, 390)) -> Seen:
        """Return what a page does: errors of the console, requests, what does not fit."""
        self.show(page, widths[0])
        seen = Seen()
        for one in widths:
            self.resize(one)
            seen.overflow[one] = self.evaluate(OVERFLOW)
        for event in self.events:
            parameters = event.get("params", {})
            match event.get("method"):
                case "Log.entryAdded":
                    seen.errors.append(parameters["entry"]["text"])
                case "Runtime.exceptionThrown":
                    seen.errors.append(parameters["exceptionDetails"]["text"])
                case "Runtime.consoleAPICalled":
                    seen.errors.append(str(parameters["args"]))
                case "Network.requestWillBeSent":
                    address = parameters["request"]["url"]
                    if address != page.resolve().as_uri() and not address.startswith("data:"):
                        seen.requests.append(address)
        return seen

    def show(self, page: Path | str, width: int) -> None:
        """Open a page, by its file or its address, and wait until it is there."""
        self.events.clear()
        self.resize(width)
        address = page if isinstance(page, str) else page.resolve().as_uri()
        answer = self.ask("Page.navigate", url=address)
        if "errorText" in answer:
            raise RuntimeError(f"{page}: {answer['errorText']}")
        while not any(one.get("method") == "Page.loadEventFired" for one in self.events):
            self.events.append(self._read())

    def resize(self, width: int, height: int = 1000) -> None:
        """Give the window a size."""
        self.ask(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )

    def darken(self, *, dark: bool) -> None:
        """Ask for dark colours, or for light ones."""
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.ask("Emulation.setEmulatedMedia", features=[scheme])

    def evaluate(self, expression: str) -> Any:  # noqa: ANN401  whatever the page has
        """Return the value of an expression in the page."""
        found = self.ask("Runtime.evaluate", expression=expression, returnByValue=True)
        if "exceptionDetails" in found:
            raise RuntimeError(found["exceptionDetails"]["text"])
        return found["result"].get("value")

    def picture(self, file: Path) -> None:
        """Write the whole page as a PNG."""
        found = self.ask("Page.captureScreenshot", captureBeyondViewport=True)
        file.write_bytes(base64.b64decode(found["data"]))

    def paper(self, file: Path) -> None:
        """Write the page as it prints, a PDF."""
        found = self.ask("Page.printToPDF", printBackground=False)
        file.write_bytes(base64.b64decode(found["data"]))

    def _read(self) -> dict[str, Any]:
        while b"\0" not in self._left:
            piece = os.read(self._hear, PIECE)
            if not piece:
                raise RuntimeError("the browser ended")
            self._left += piece
        content, _, self._left = self._left.partition(b"\0")
        message: dict[str, Any] = json.loads(content)
        return message


def _high(descriptor: int) -> int:
    """Return a descriptor in the place of another that is none of those that a program expects."""
    higher = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, 10)
    os.close(descriptor)
    return higher
