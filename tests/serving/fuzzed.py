"""Requests that are wrong in one way or several, drawn by a seed, as bytes on the wire."""

import json
import random
import socket
import struct
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

STRANGE: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2**31, 2**63, 10**30, 1e308, -1e308, 1e-320, "", "NaN", "x" * 300,
    "\ud800", "\x00", "é", [], {}, [[]], [None], {"b64": "AAA="}, {"b64": 3}, {"b64": "no"},
    float("nan"), float("inf"), float("-inf"), [[[1]]], "2024-01-31", "-", "1,5", "∞",
)  # fmt: skip
PATHS = ("/v2/models/{}/infer", "/v2/models/{}/versions/1/infer", "/v1/models/{}:predict")
KEYS = ("inputs", "instances", "outputs", "parameters", "id", "name", "shape", "datatype", "data")
LITERALS = (
    b"NaN",
    b"Infinity",
    b"1e999",
    b"-" + b"9" * 5000,
    b"[" * 3000,
    b'{"a":' * 2000,
    b"\xff",
)
HEADS = (
    "Content-Encoding: gzip",
    "Content-Type: image/png",
    "Host: example.com",
    "Accept: x",
    "Origin: http://example.com",
    "Origin: null",
    "Authorization: Bearer x",
    "X: " + "y" * 9000,
    "Transfer-Encoding: gzip",
    "Transfer-Encoding: chunked",
    "Expect: 100-continue",
    "Connection: upgrade",
    "Upgrade: websocket\r\nConnection: upgrade",
    "Cookie: a=b",
    "Range: bytes=0-",
)
SECONDS = 30.0
GO_ON = b"HTTP/1.1 100 "
"""What comes before the response where a request expects it."""


@dataclass(frozen=True)
class Heard:
    """What came back of a request: the status, 0 where the connection was closed without one."""

    status: int
    seconds: float
    body: bytes


class Fuzz:
    """Draws requests that begin as good ones."""

    def __init__(self, seed: int, name: str, good: Sequence[dict[str, Any]], binary: bytes) -> None:
        """Begin.

        Args:
            seed: of every draw.
            name: of the model.
            good: bodies of requests that are answered: of either protocol.
            binary: a good tensor as bytes, of the first input of the first body.
        """
        self.draws = random.Random(seed)  # noqa: S311 - nothing is kept secret
        self.name, self.good, self.binary = name, list(good), binary

    def request(self) -> bytes:
        """Return one request."""
        draws = self.draws
        choose: Callable[[], bytes] = draws.choices(
            [self.wrong_json, self.wrong_bytes, self.wrong_binary, self.wrong_head, self.garbage],
            [60, 15, 12, 12, 1],
        )[0]
        return choose()

    def path(self) -> str:
        """Return a path, as a rule of the model."""
        name = (
            self.name if self.draws.random() < 0.97 else self.draws.choice(["x", "%2e%2e", "%00"])
        )
        return self.draws.choice(PATHS).format(name)

    def document(self) -> Any:
        """Return a good body with some values in the place of others."""
        body = json.loads(json.dumps(self.draws.choice(self.good)))
        for _ in range(self.draws.choice([0, 1, 1, 1, 2, 3, 6])):
            body = self.changed(body)
        return body

    def changed(self, value: Any) -> Any:
        """Return a value with one within it taken out, put in, doubled, or made another."""
        draws = self.draws
        if isinstance(value, dict) and value and draws.random() < 0.85:
            key = draws.choice(list(value))
            act = draws.random()
            if act < 0.1:
                return {one: many for one, many in value.items() if one != key}
            if act < 0.2:
                return {**value, draws.choice([*KEYS, "x", "", "ü"]): draws.choice(STRANGE)}
            return {**value, key: self.changed(value[key])}
        if isinstance(value, list) and value and draws.random() < 0.85:
            place = draws.randrange(len(value))
            act = draws.random()
            if act < 0.1:
                return value[:place] + value[place + 1 :]
            if act < 0.2:
                return [*value, draws.choice(value)]
            return [*value[:place], self.changed(value[place]), *value[place + 1 :]]
        return draws.choice(STRANGE)

    def wrong_json(self) -> bytes:
        """Return JSON of wrong shapes, types and names."""
        return self.framed(json.dumps(self.document()).encode("utf-8", "surrogatepass"))

    def wrong_bytes(self) -> bytes:
        """Return JSON with bytes that are others, fewer, or literals of numbers that are none."""
        body = bytearray(json.dumps(self.draws.choice(self.good)).encode())
        for _ in range(self.draws.randrange(1, 6)):
            place = self.draws.randrange(len(body) + 1)
            act = self.draws.random()
            if act < 0.3:
                body[place:place] = self.draws.choice(LITERALS)
            elif act < 0.7:
                body[place : place + 1] = bytes([self.draws.randrange(256)])
            else:
                del body[place : place + self.draws.randrange(1, 40)]
                body = body or bytearray(b"0")
        return self.framed(bytes(body))

    def wrong_binary(self) -> bytes:
        """Return tensors as bytes of wrong sizes, or a wrong length of the JSON before them."""
        draws = self.draws
        body = json.loads(json.dumps(self.good[0]))
        first = body["inputs"][0]
        first.pop("data", None)
        size = draws.choice([len(self.binary), 0, -1, 1, 2**40, "4", None, len(self.binary) - 1])
        first["parameters"] = {"binary_data_size": size}
        if draws.random() < 0.3:
            first["datatype"] = draws.choice(
                ["BYTES", "FP64", "FP16", "BOOL", "INT8", "BF16", "", 3]
            )
        tail = bytearray(self.binary)
        if draws.random() < 0.5:
            tail[:0] = struct.pack("<I", draws.randrange(2**32))
        told = json.dumps(body if draws.random() < 0.8 else self.changed(body)).encode()
        length = draws.choice([len(told), len(told), 0, -5, 10**9, "x", "", len(told) + 3, "٣"])
        return self.framed(told + bytes(tail), [f"Inference-Header-Content-Length: {length}"])

    def wrong_head(self) -> bytes:
        """Return a good body behind a wrong head."""
        draws = self.draws
        body = json.dumps(draws.choice(self.good)).encode()
        strange = draws.choice(HEADS)
        length = draws.choice(
            [len(body), len(body), 0, max(0, len(body) - 5), -1, "x", 10**12, 10**30]
        )
        return self.framed(
            body, [strange], length, method=draws.choice(["POST", "POST", "PUT", "GET", "é"])
        )

    def garbage(self) -> bytes:
        """Return bytes that are no HTTP."""
        return self.draws.randbytes(self.draws.randrange(1, 400)) + b"\r\n\r\n"

    def framed(
        self, body: bytes, more: Sequence[str] = (), length: object = None, *, method: str = "POST"
    ) -> bytes:
        """Return a request with its head."""
        told = len(body) if length is None else length
        lines = [f"{method} {self.path()} HTTP/1.1", "Connection: close", f"Content-Length: {told}"]
        if not any(one.startswith("Host:") for one in more):
            lines.append("Host: localhost")
        return ("\r\n".join([*lines, *more]) + "\r\n\r\n").encode() + body


def send(port: int, request: bytes) -> Heard:
    """Send a request and nothing after it; return what came until the connection was closed."""
    begun = time.monotonic()
    heard = b""
    with socket.create_connection(("127.0.0.1", port), timeout=SECONDS) as connection:
        try:
            connection.sendall(request)
            connection.shutdown(socket.SHUT_WR)
            while part := connection.recv(65536):
                heard += part
        except ConnectionError:
            pass
    head, _, body = heard.partition(b"\r\n\r\n")
    if head.startswith(GO_ON):
        head, _, body = body.partition(b"\r\n\r\n")
    words = head.split(b" ", 2)
    status = int(words[1]) if len(words) > 1 and words[1].isdigit() else 0
    return Heard(status, time.monotonic() - begun, body)
