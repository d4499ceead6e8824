"""A service in this process, and programs that ask it."""

import asyncio
import http.client
import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nnspec.pipeline.answering import Answering
from nnspec.serving.application import Service
from nnspec.serving.limits import Address, Limits
from nnspec.serving.listening import begin_to_listen, bind
from nnspec.serving.server import server_of

PATIENCE = 60.0


@dataclass(frozen=True)
class Response:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def told(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Asking:
    """A service that can be asked."""

    port: int
    service: Service
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.service.model.name

    def ask(
        self,
        path: str,
        body: object = None,
        *,
        method: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """Send a request; what is no text and no bytes is sent as JSON."""
        sent = body if isinstance(body, bytes | str | None) else json.dumps(body)
        given = {**self.headers, **(headers or {})}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request(method or ("GET" if body is None else "POST"), path, sent, given)
            reply = connection.getresponse()
            names = {name.lower(): value for name, value in reply.getheaders()}
            return Response(reply.status, names, reply.read())
        finally:
            connection.close()

    def infer(self, inputs: Sequence[Mapping[str, object]], **more: object) -> Response:
        """Send a request of the Open Inference Protocol."""
        return self.ask(f"/v2/models/{self.name}/infer", {"inputs": inputs, **more})

    def predict(self, **body: object) -> Response:
        """Send a request of TensorFlow Serving."""
        return self.ask(f"/v1/models/{self.name}:predict", body)

    def outputs(self, inputs: Sequence[Mapping[str, object]]) -> dict[str, Any]:
        """Return the answers by their names, each in one line."""
        reply = self.infer(inputs)
        assert reply.status == 200, reply.body
        return {one["name"]: one["data"] for one in reply.told["outputs"]}


@contextmanager
def serving(
    run: Path | Answering, limits: Limits | None = None, token: str | None = None
) -> Iterator[Asking]:
    """Serve a run from a thread of this process."""
    answering = run if isinstance(run, Answering) else Answering(run)
    bound = bind(Address(port=0, token=token))
    service = Service(answering, bound.address, limits or Limits())
    service.batches.start()
    begin_to_listen(bound)
    server = server_of(service)
    port = bound.socket.getsockname()[1]

    def hear() -> None:
        asyncio.run(server.serve(sockets=[bound.socket]))

    thread = threading.Thread(target=hear, daemon=True)
    thread.start()
    try:
        yield Asking(port, service)
    finally:
        server.should_exit = True
        thread.join(PATIENCE)
        service.batches.close()
        bound.socket.close()


def as_inputs(columns: Mapping[str, Sequence[object]], kinds: Mapping[str, str]) -> list[Any]:
    """Return columns as inputs of the protocol, each of its own datatype."""
    return [
        {"name": name, "datatype": kinds[name], "shape": [len(cells)], "data": list(cells)}
        for name, cells in columns.items()
    ]
