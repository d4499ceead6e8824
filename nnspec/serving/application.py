"""Routes of a service, and what every response has."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from http import HTTPStatus

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from nnspec.document import shorten
from nnspec.pipeline.answering import Answering
from nnspec.serving import open_inference, tensorflow_serving
from nnspec.serving.admission import (
    Admission,
    Bounds,
    Ticket,
    check_encoding,
    declared_length,
)
from nnspec.serving.batching import Batches, Read
from nnspec.serving.documents import write
from nnspec.serving.exchange import JSON, VERSION, Model
from nnspec.serving.limits import Address, Limits
from nnspec.serving.metrics import TYPE, Metrics
from nnspec.serving.page.page import describe, page_headers, render_page
from nnspec.serving.problem import Problem, internal, too_large

Endpoint = Callable[[Request], Awaitable[Response]]
READ, ASK = ("GET",), ("POST",)
ALWAYS = ((b"x-content-type-options", b"nosniff"), (b"cache-control", b"no-store"))
CLOSING = ((b"connection", b"close"),)


class Service:
    """A run behind routes.

    Attributes:
        model: what it is asked by, and takes.
        draining: whether the service is about to end: it is not ready, and answers what comes.
        last_arrival: when the last request came, on the monotonic clock.
    """

    def __init__(self, answering: Answering, address: Address, limits: Limits) -> None:
        self.limits = limits
        self.metrics = Metrics()
        self.draining = False
        self._lost = 0
        self.last_arrival = time.monotonic()
        self.batches = Batches(answering, limits, self.metrics)
        self.model = Model(answering.name, answering.inputs, answering.outputs, limits.rows)
        self._columns = describe(answering)
        self._bounds = Bounds(address)
        self._admission = Admission(limits, self.metrics)

    def last_words(self) -> str:
        """Return what became of the requests that had come."""
        lost = self._lost + self.metrics.under_way
        if not lost:
            return "every request that had come was answered"
        return f"{lost:,} request{'s' * (lost > 1)} had no answer"

    def application(self) -> ASGIApp:
        """Return the service as an ASGI application."""
        model = "/v2/models/{name}"
        version = "/versions/{version}"
        served = "/v1/models/{name}"
        routes = [
            self._route("/", "page", self._page, bounded=False),
            self._route("/columns", "page", self._describe_columns),
            self._route("/metrics", "metrics", self._metrics_text),
            self._route("/v2", "metadata", self._describe_server),
            self._route("/v2/health/live", "health", self._live, bounded=False),
            self._route("/v2/health/ready", "health", self._ready, bounded=False),
            self._route(f"{served}:predict", "predict", self._predict, ASK),
            self._route(f"{served}{version}:predict", "predict", self._predict, ASK),
        ]
        for place in ("", version):
            routes += [
                self._route(f"{model}{place}/infer", "infer", self._infer, ASK),
                self._route(f"{model}{place}/ready", "health", self._model_ready),
                self._route(f"{model}{place}", "metadata", self._describe_model),
                self._route(f"{served}{place}/metadata", "metadata", self._describe_signature),
                self._route(f"{served}{place}", "metadata", self._describe_status),
            ]
        handlers = {HTTPException: _not_found}
        return self._finished(Starlette(routes=routes, exception_handlers=handlers))

    def _route(
        self,
        path: str,
        kind: str,
        endpoint: Endpoint,
        methods: Sequence[str] = READ,
        *,
        bounded: bool = True,
    ) -> Route:
        """Return a route whose responses are counted, and whose problems are told."""

        async def answer(request: Request) -> Response:
            begun = self.last_arrival = time.monotonic()
            try:
                if bounded:
                    self._bounds.check(request.headers)
                self._check_model(request)
                response = await endpoint(request)
            except Problem as problem:
                response = told(problem)
            except ClientDisconnect:
                response = Response(status_code=HTTPStatus.BAD_REQUEST)
            self.metrics.answered(kind, response.status_code, time.monotonic() - begun)
            return response

        return Route(path, answer, methods=list(methods))

    def _finished(self, inner: ASGIApp) -> ASGIApp:
        """Return the application with what every response has."""

        async def application(scope: Scope, receive: Receive, send: Send) -> None:
            async def sending(message: Message) -> None:
                if message["type"] == "http.response.start":
                    ending = CLOSING if self.draining else ()
                    message["headers"] = [*message["headers"], *ALWAYS, *ending]
                await send(message)

            try:
                await inner(scope, receive, sending)
            except Exception as error:  # noqa: BLE001 - the last stop: a calm line, and a response
                response = told(internal(error))
                await response(scope, receive, sending)

        return application

    def _check_model(self, request: Request) -> None:
        """Refuse a request for another model than this one."""
        name = request.path_params.get("name", self.model.name)
        version = request.path_params.get("version", VERSION)
        if (name, version) != (self.model.name, VERSION):
            what = f'"{shorten(name)}" of version {shorten(version)}'
            message = f'there is no model {what}; there is "{self.model.name}" of version {VERSION}'
            raise Problem(HTTPStatus.NOT_FOUND, message)

    async def _infer(self, request: Request) -> Response:
        header = request.headers.get(open_inference.HEADER)

        def read(body: bytes) -> Read:
            return partial(open_inference.read_request, body, header, self.model)

        return await self._answered(request, read)

    async def _predict(self, request: Request) -> Response:
        def read(body: bytes) -> Read:
            return partial(tensorflow_serving.read_request, body, self.model)

        return await self._answered(request, read)

    async def _answered(self, request: Request, read: Callable[[bytes], Read]) -> Response:
        """Return the response to a request for answers."""
        check_encoding(request.headers)
        client = request.client.host if request.client else ""
        with self._admission.enter(client) as ticket:
            try:
                body = await receive_body(request, ticket, self.limits)
                reply = await self.batches.answer(read(body))
            except asyncio.CancelledError:
                self._lost += 1
                raise
        return Response(reply.body, headers=dict(reply.headers))

    async def _describe_server(self, _: Request) -> Response:
        return as_json(open_inference.describe_server())

    async def _describe_model(self, _: Request) -> Response:
        return as_json(open_inference.describe_model(self.model))

    async def _describe_signature(self, _: Request) -> Response:
        return as_json(tensorflow_serving.describe_signature(self.model))

    async def _describe_status(self, _: Request) -> Response:
        return as_json(tensorflow_serving.describe_status())

    async def _describe_columns(self, _: Request) -> Response:
        return as_json(self._columns)

    async def _live(self, _: Request) -> Response:
        return as_json({"live": True})

    async def _ready(self, _: Request) -> Response:
        status = HTTPStatus.SERVICE_UNAVAILABLE if self.draining else HTTPStatus.OK
        return as_json({"ready": not self.draining}, status)

    async def _model_ready(self, request: Request) -> Response:
        response = await self._ready(request)
        told_of = {"name": self.model.name, "ready": not self.draining}
        return as_json(told_of, HTTPStatus(response.status_code))

    async def _metrics_text(self, _: Request) -> Response:
        return Response(self.metrics.text(ready=not self.draining), headers={"content-type": TYPE})

    async def _page(self, _: Request) -> Response:
        return Response(render_page(), headers=page_headers())


async def receive_body(request: Request, ticket: Ticket, limits: Limits) -> bytes:
    """Return the body of a request.

    Raises:
        Problem: 413 for one that is too large, 408 for one that takes too long.
        ClientDisconnect: whoever asked has gone.
    """
    if declared_length(request.headers) > limits.body:
        raise too_large(f"the body is larger than {limits.body:,} bytes")
    parts: list[bytes] = []
    try:
        async with asyncio.timeout(limits.receive):
            async for part in request.stream():
                ticket.hold(len(part))
                parts.append(part)
                if ticket.held > limits.body:
                    raise too_large(f"the body is larger than {limits.body:,} bytes")
    except TimeoutError:
        message = f"the body did not arrive within {limits.receive:g} seconds"
        raise Problem(HTTPStatus.REQUEST_TIMEOUT, message, {"connection": "close"}) from None
    return b"".join(parts)


def as_json(document: object, status: HTTPStatus = HTTPStatus.OK) -> Response:
    """Return a document as a response."""
    return Response(write(document), status_code=status, headers={"content-type": JSON})


def told(problem: Problem) -> Response:
    """Return a problem as a response."""
    headers = {"content-type": JSON, **problem.headers}
    return Response(write({"error": problem.message}), problem.status, headers=headers)


async def _not_found(request: Request, error: Exception) -> Response:
    """Return the response to a path or a method that there is not."""
    assert isinstance(error, HTTPException), "the handler is for these"
    path = shorten(request.url.path)
    message = f"{request.method} {path}: {error.detail}"
    headers = {"content-type": JSON, **(error.headers or {})}
    return Response(write({"error": message}), error.status_code, headers=headers)
