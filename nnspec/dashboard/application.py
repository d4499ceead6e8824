"""Which address answers what: the page, runs as JSON, events as they come, the report of a run."""

import re
import threading
from collections.abc import AsyncIterator, Sequence
from importlib.resources import files

import anyio
from anyio.to_thread import run_sync
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from nnspec.dashboard import answers
from nnspec.dashboard.following import Follower
from nnspec.dashboard.shelf import Entry, Shelf
from nnspec.diagnostics import Refused
from nnspec.pipeline.runs import choice
from nnspec.pipeline.runs.compare import compare
from nnspec.report.page.policy import SCRIPT, STYLE, digest, resource
from nnspec.run.folder import RunFolder
from nnspec.run.layout import PAGE

PAUSE = 0.2
"""Seconds between two looks at what is followed."""
QUIET = 5.0
"""Seconds after which a silent stream says that it is there."""
MOST_RUNS = 8
"""Runs that are followed or compared at once."""
LONGEST_QUERY = 2_000
LONGEST_NUMBER = 16
PACKAGE = "nnspec.dashboard.page"
NONE = "'none'"
TYPES = {"css": "text/css", "js": "text/javascript", "html": "text/html", "txt": "text/plain"}
PIECES = {
    "index.html": "index.html",
    "dashboard.css": "dashboard.css",
    "main.js": "main.js",
    "nodes.js": "nodes.js",
    "list.js": "list.js",
    "detail.js": "detail.js",
    "curves.js": "curves.js",
    "uplot.js": "uplot/uPlot.iife.min.js",
    "uplot.css": "uplot/uPlot.min.css",
    "uplot-licence.txt": "uplot/LICENSE",
}
"""Address of each file of the page -> where it lies."""
_STYLE = re.compile(rb"<style>(.*?)</style>", re.DOTALL)


class Dashboard:
    """Answers what a browser asks about a folder of runs."""

    def __init__(self, shelf: Shelf, stopping: threading.Event) -> None:
        """Answer.

        Args:
            shelf: the folder of runs.
            stopping: set where streams are to end.
        """
        self._shelf = shelf
        self._stopping = stopping

    def application(self) -> Starlette:
        """Return what answers, unguarded."""
        return Starlette(
            routes=[
                Route("/", self.page),
                Route("/page/{name}", self.piece),
                Route("/api/runs", self.runs),
                Route("/api/run/{key}", self.run),
                Route("/api/compare", self.compare),
                Route("/api/events", self.events),
                Route("/report/{key}", self.report),
            ]
        )

    def page(self, request: Request) -> Response:
        """Give the page."""
        del request
        return _piece("index.html")

    def piece(self, request: Request) -> Response:
        """Give a file of the page."""
        name = request.path_params["name"]
        if name == "report.css":
            return Response(resource(STYLE), media_type=TYPES["css"])
        return _piece(name) if name in PIECES else _absent()

    def runs(self, request: Request) -> Response:
        """Give the list of runs, sorted and filtered."""
        order = request.query_params.get("sort", choice.LATEST)[:LONGEST_QUERY]
        asked = request.query_params.get("filter", "")[:LONGEST_QUERY]
        try:
            found = answers.list_runs(self._shelf.look(), order, asked)
        except choice.Unchoosable as error:
            return _json({"problem": answers.text_of(error, 400)})
        return _json({**found, "folder": answers.text_of(self._shelf.folder)})

    def run(self, request: Request) -> Response:
        """Give what is known of a run."""
        entry = self._entry(request.path_params["key"])
        return _absent() if entry is None else _json(answers.describe(entry))

    def compare(self, request: Request) -> Response:
        """Give what differs between runs."""
        keys = list(dict.fromkeys(request.query_params.getlist("run")))[:MOST_RUNS]
        entries = [one for key in keys if (one := self._entry(key))]
        whole = [one for one in entries if one.record.manifest is not None]
        if len(whole) != len(keys) or len(whole) < 2:  # noqa: PLR2004 - one run differs from none
            return _json({"problem": "expected two runs or more that can be read"}, 400)
        try:
            compared = compare([one.record.path for one in whole])
        except Refused as refused:
            return _json({"problem": answers.text_of(refused.diagnostics[0].message, 400)}, 409)
        return _json(answers.show_differences(compared, [one.key for one in whole]))

    def report(self, request: Request) -> Response:
        """Give a run's page, closed off: of its scripts only the one that is ours may run."""
        entry = self._entry(request.path_params["key"])
        if entry is None or entry.record.manifest is None:
            return _absent()
        try:
            content = RunFolder.open(entry.record.path).read(PAGE)
        except Refused as refused:
            return PlainTextResponse(f"{refused.diagnostics[0].message}\n", 409)
        framed = request.headers.get("sec-fetch-dest") == "iframe"
        headers = {"content-security-policy": policy_of_report(content, framed=framed)}
        return Response(content, media_type=TYPES["html"], headers=headers)

    async def events(self, request: Request) -> Response:
        """Give what changes, as it does: after a look, or from now on."""
        if request.method == "HEAD":
            return Response(media_type="text/event-stream")
        keys = list(dict.fromkeys(request.query_params.getlist("run")))[:MOST_RUNS]
        turn = request.query_params.get("turn", "")
        known = turn.isascii() and turn.isdecimal() and len(turn) < LONGEST_NUMBER
        begun = int(turn) if known else (await run_sync(self._shelf.look)).turn
        stream = self._changes(keys, begun)
        return StreamingResponse(stream, media_type="text/event-stream")

    async def _changes(self, keys: Sequence[str], turn: int) -> AsyncIterator[bytes]:
        """Give events for as long as somebody listens: runs that changed, epochs that came."""
        watch = Watch(self._shelf, keys, turn)
        yield b"retry: 1000\n\n"
        silent = 0.0
        while not self._stopping.is_set():
            told = await run_sync(watch.look)
            silent = 0.0 if told else silent + PAUSE
            if silent >= QUIET:
                told, silent = [b": still here\n\n"], 0.0
            for one in told:
                yield one
            await anyio.sleep(PAUSE)

    def _entry(self, key: str) -> Entry | None:
        return self._shelf.look().entries.get(key)


class Watch:
    """What one page is told as it happens."""

    def __init__(self, shelf: Shelf, keys: Sequence[str], turn: int) -> None:
        """Watch a folder, and the epochs of some of its runs.

        Args:
            shelf: the folder.
            keys: what stands for the runs.
            turn: the look that the page knows.
        """
        self._shelf = shelf
        self._keys = keys
        self._turn = turn
        self._followers: dict[str, Follower] = {}

    def look(self) -> list[bytes]:
        """Return the events since the last look."""
        view = self._shelf.look()
        told: list[bytes] = []
        if view.turn > self._turn:
            changed, gone = view.since(self._turn)
            self._turn = view.turn
            runs = [answers.brief(one) for one in changed]
            told.append(_event("runs", {"turn": view.turn, "changed": runs, "gone": gone}))
        for key in self._keys:
            entry = view.entries.get(key)
            if entry is None or entry.record.manifest is None:
                self._followers.pop(key, None)
                continue
            follower = self._followers.setdefault(key, Follower(entry.record.path))
            if (growth := follower.look()) is not None:
                rows = [list(one) for one in growth.rows]
                facts = {"anew": growth.anew, "names": growth.names, "problem": growth.problem}
                told.append(_event("epochs", {"id": key, **facts, "rows": rows}))
        return told


def policy_of_report(content: bytes, *, framed: bool) -> str:
    """Return what a run's page may do: wear its own style, and run this nnspec's script.

    Its scripts may run where the page around it keeps it from going elsewhere; standing alone it is
    read without.

    Args:
        content: the page.
        framed: whether it is shown within the dashboard.
    """
    styles = {digest(one.decode("utf-8", "replace")) for one in _STYLE.findall(content)}
    return (
        f"sandbox{' allow-scripts' if framed else ''}; default-src 'none'; "
        f"style-src {' '.join(sorted(styles)) or NONE}; script-src {digest(resource(SCRIPT))}; "
        "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
    )


def _piece(name: str) -> Response:
    content = files(PACKAGE).joinpath(PIECES[name]).read_bytes()
    return Response(content, media_type=TYPES[name.rpartition(".")[2]])


def _json(answer: answers.Answer, status: int = 200) -> Response:
    return Response(answers.encode(answer), status, media_type="application/json")


def _event(name: str, answer: answers.Answer) -> bytes:
    return b"event: %s\ndata: %s\n\n" % (name.encode(), answers.encode(answer))


def _absent() -> Response:
    return PlainTextResponse("there is no such page\n", 404)
