"""Requests that a service refuses: each with one sentence, none with a 500, none that hangs."""

import re
import socket
import struct
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

pytest.importorskip("starlette")
pytest.importorskip("uvicorn")

import served_runs
from asking import Asking, serving
from fuzzed import Fuzz, send

from nnspec.pipeline.answering import Answering
from nnspec.serving.limits import Limits

pytestmark = pytest.mark.keras

ROW: dict[str, Any] = {
    "Länge [cm]": 50.0,
    "Note": "A",
    "am Tag": "31.01.2021",
    "ok?": True,
    "Bemerkung": "gut rot",
}
TYPES = {"Länge [cm]": "FP32", "ok?": "BOOL"}
TOKEN = "a-token-of-twenty-four-s"  # noqa: S105 - of this test alone


@pytest.fixture(scope="module")
def answering() -> Answering:
    return Answering(served_runs.kinds())


@pytest.fixture(scope="module")
def asking(answering: Answering) -> Iterator[Asking]:
    with serving(answering, Limits(body=20_000, rows=50, receive=0.5)) as found:
        yield found


def inputs(**changed: Any) -> list[dict[str, Any]]:
    found = [
        {"name": name, "datatype": TYPES.get(name, "BYTES"), "shape": [1], "data": [cell]}
        for name, cell in ROW.items()
    ]
    return [{**found[0], **changed}, *found[1:]]


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "no inputs": ({}, '"inputs" is not a list of objects'),
    "an empty list": ({"inputs": []}, '"inputs" is an empty list'),
    "a name that is none": (
        {"inputs": inputs(name="Lange [cm]")},
        'there is no input "Lange [cm]"; the run takes Länge [cm], Note, am Tag, ok?, Bemerkung',
    ),
    "an input too few": ({"inputs": inputs()[1:]}, 'the input "Länge [cm]" is missing'),
    "an input twice": ({"inputs": [*inputs(), inputs()[0]]}, "an input is given twice"),
    "another shape": ({"inputs": inputs(shape=[1, 1])}, "has the shape [1, 1]; expected [-1]"),
    "a negative shape": ({"inputs": inputs(shape=[-1])}, "has the shape [-1]; expected [-1]"),
    "more values than the shape": (
        {"inputs": inputs(data=[1, 2])},
        "takes an array of shape [1], which is 1 values; got 2",
    ),
    "no datatype": ({"inputs": inputs(datatype="FP8")}, "has the datatype FP8; expected of BOOL,"),
    "a datatype that is an object": (
        {"inputs": inputs(datatype={})},
        "has the datatype {}; expected of BOOL,",
    ),
    "texts as numbers": (
        {"inputs": inputs(data=["1"])},
        "has values that are not of the datatype FP32",
    ),
    "a text that is no number": (
        {"inputs": inputs(datatype="BYTES", data=["long"])},
        '"long" is not a number',
    ),
    "several types": (
        {"inputs": inputs(shape=[2], data=[1, "a"])},
        "takes numbers, texts, or truth values; got several of these",
    ),
    "an infinite number": ({"inputs": inputs(data=[1e39])}, "1e+39 is not a number a network"),
    "an output that is none": (
        {"inputs": inputs(), "outputs": [{"name": "predictions"}]},
        'there is no output "predictions"; there is prediction, lower, upper; did you mean',
    ),
    "an extension": (
        {"inputs": inputs(), "outputs": [{"name": "upper", "parameters": {"classification": 1}}]},
        'the parameter "classification" belongs to an extension that is not supported',
    ),
    "a date of another form": (
        {"inputs": [*inputs()[:2], {**inputs()[2], "data": ["soon"]}, *inputs()[3:]]},
        '"soon" is not a date of the form %d.%m.%Y',
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_request_that_is_wrong_is_told_what_is(asking: Asking, what: str) -> None:
    body, told = REFUSED[what]
    reply = asking.ask("/v2/models/kinds/infer", body)
    assert reply.status == 400
    assert told in reply.told["error"]


PREDICTED: dict[str, tuple[dict[str, Any], str]] = {
    "rows and columns": ({"instances": [ROW], "inputs": {}}, "one of the two"),
    "neither": ({}, "one of the two"),
    "another signature": (
        {"signature_name": "x", "instances": [ROW]},
        'there is no signature "x"; there is serving_default',
    ),
    "a key that is none": (
        {"instance": [ROW]},
        'the body has no "instance"; it has signature_name',
    ),
    "a row that is no object": ({"instances": [ROW, 1]}, "instance 2 is not an object"),
    "a row that lacks a cell": ({"instances": [ROW, {**ROW, "x": 1}]}, 'there is no input "x"'),
    "columns of two lengths": (
        {"inputs": {name: [cell] * (1 + (name == "Note")) for name, cell in ROW.items()}},
        "takes an array of shape [1], which is 1 values; got 2",
    ),
    "a cell that is a list": (
        {"instances": [{**ROW, "Note": ["A"]}]},
        "got a list where a value is expected",
    ),
    "bytes that are no text": (
        {"instances": [{**ROW, "Note": {"b64": "/w=="}}]},
        'the input "Note" has a b64 that is no text in UTF-8',
    ),
}


@pytest.mark.parametrize("what", PREDICTED)
def test_a_prediction_that_is_wrong_is_told_what_is(asking: Asking, what: str) -> None:
    body, told = PREDICTED[what]
    reply = asking.predict(**body)
    assert reply.status == 400
    assert told in reply.told["error"]


def test_bodies_that_are_no_json_are_told_why(asking: Asking) -> None:
    path = "/v2/models/kinds/infer"
    told = {
        body: asking.ask(path, body).told["error"]
        for body in (b"", b"[]", b"\xff", b"{", b'{"a":1,"a":2}', b"[" * 9000, b"9" * 5000)
    }
    assert told[b"[]"] == "the body is not a JSON object"
    assert told[b"\xff"] == "the body is not UTF-8; expected JSON"
    assert told[b'{"a":1,"a":2}'] == 'an object of the body has "a" twice'
    assert told[b"[" * 9000] == "the body is nested too deeply"
    assert "4300 digits" in told[b"9" * 5000]


def test_what_is_too_large_gets_413_and_what_is_packed_415(asking: Asking) -> None:
    assert asking.ask("/v2/models/kinds/infer", b" " * 20_001).status == 413
    rows = asking.predict(instances=[ROW] * 51)
    assert rows.status == 413
    assert rows.told["error"] == "the request has 51 rows; at most 50 are taken at once"
    packed = asking.ask("/v2/models/kinds/infer", b"x", headers={"Content-Encoding": "gzip"})
    assert packed.status == 415


def test_other_models_paths_and_methods_are_told(asking: Asking) -> None:
    assert asking.ask("/v2/models/kind").told == {
        "error": 'there is no model "kind" of version 1; there is "kinds" of version 1'
    }
    assert asking.ask("/v1/models/kinds/versions/2:predict", {}).status == 404
    assert asking.ask("/v2/models/kinds/versions/1").status == 200
    assert asking.ask("/nowhere").told == {"error": "GET /nowhere: Not Found"}
    assert asking.ask("/v2", {}, method="POST").status == 405


def test_a_body_that_does_not_come_is_not_awaited_for_ever(asking: Asking) -> None:
    head = "POST /v2/models/kinds/infer HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{}"
    begun = time.monotonic()
    with socket.create_connection(("127.0.0.1", asking.port), timeout=30) as connection:
        connection.sendall(head.encode())
        heard = b"".join(iter(lambda: connection.recv(4096), b""))
    assert heard.startswith(b"HTTP/1.1 408 ")
    assert time.monotonic() - begun < 20


def test_a_head_that_does_not_come_is_not_awaited_for_ever(
    asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nnspec.serving.server.HEAD_SECONDS", 0.3)
    with socket.create_connection(("127.0.0.1", asking.port), timeout=30) as connection:
        connection.sendall(b"POST /v2/models/kinds/infer HTTP/1.1\r\nHost: loc")
        assert connection.recv(4096) == b""


def test_requests_that_are_wrong_in_many_ways_get_neither_500_nor_silence(asking: Asking) -> None:
    columns = {name: [cell] * 2 for name, cell in ROW.items()}
    good: list[dict[str, Any]] = [
        {"inputs": inputs()},
        {"instances": [ROW, ROW]},
        {"inputs": columns},
    ]
    fuzz = Fuzz(7, "kinds", good, struct.pack("<f", 1.0))
    heard = [send(asking.port, fuzz.request()) for _ in range(300)]
    statuses = Counter(one.status for one in heard)
    # Whoever ends within a body is told nothing: there is no one left to tell.
    assert statuses[0] < 10
    assert not [one for one in statuses if one >= 500]
    assert {200, 400, 404, 405} <= set(statuses)
    assert max(one.seconds for one in heard) < 20
    assert asking.predict(instances=[ROW]).status == 200


def test_a_token_is_asked_for_everywhere_but_where_health_is_told(answering: Answering) -> None:
    with serving(answering, token=TOKEN) as asking:
        paths = ["/v2", "/v2/models/kinds", "/columns", "/metrics", "/v1/models/kinds"]
        statuses = {asking.ask(path).status for path in paths}
        wrong = asking.ask("/v2", headers={"Authorization": "Bearer " + TOKEN[:-1]})
        right = asking.ask(
            "/v2", headers={"Authorization": f"bearer {TOKEN}", "Host": "example.com"}
        )
        free = {asking.ask(path).status for path in ("/", "/v2/health/live", "/v2/health/ready")}
    assert statuses == {401}
    assert (wrong.status, wrong.headers["www-authenticate"]) == (401, "Bearer")
    assert right.status == 200
    assert free == {200}


def test_without_a_token_other_names_and_sites_are_refused(asking: Asking) -> None:
    assert asking.ask("/v2", headers={"Host": "example.com"}).status == 403
    assert asking.ask("/v2", headers={"Host": "localhost:8000"}).status == 200
    assert asking.ask("/v2", headers={"Origin": "http://example.com"}).status == 403
    assert asking.ask("/v2", headers={"Origin": f"http://127.0.0.1:{asking.port}"}).status == 200


def test_more_requests_than_there_is_room_for_are_shed(answering: Answering) -> None:
    with serving(answering, Limits(queue=4, rows=4096)) as asking, ThreadPoolExecutor(40) as many:
        body = [ROW] * 300
        statuses = Counter(
            one.status for one in many.map(lambda _: asking.predict(instances=body), range(120))
        )
        figures = asking.ask("/metrics").body.decode()
    assert set(statuses) == {200, 503}
    assert min(statuses.values()) > 3
    assert "nnspec_requests_under_way 0\n" in figures
    assert "nnspec_request_bytes_held 0\n" in figures


def test_one_address_gets_no_more_than_its_share(answering: Answering) -> None:
    limits = Limits(per_client=1, rows=4096)
    with serving(answering, limits) as asking, ThreadPoolExecutor(20) as many:
        replies = list(many.map(lambda _: asking.predict(instances=[ROW] * 200), range(40)))
    shed = [one for one in replies if one.status == 429]
    assert shed
    assert {one.headers["retry-after"] for one in shed} == {"1"}
    assert {one.status for one in replies} == {200, 429}


def test_figures_are_in_the_form_that_prometheus_reads(asking: Asking) -> None:
    asking.predict(instances=[ROW])
    reply = asking.ask("/metrics")
    assert reply.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    form = re.compile(
        r'# (HELP|TYPE) nnspec_\w+ .+|nnspec_\w+(\{\w+="[^"]*"(,\w+="[^"]*")*\})? [-+.e\d]+'
    )
    lines = reply.body.decode().splitlines()
    assert [one for one in lines if not form.fullmatch(one)] == []
    counts = [
        float(one.rpartition(" ")[2])
        for one in lines
        if one.startswith('nnspec_request_seconds_bucket{route="predict"')
    ]
    assert counts == sorted(counts)
    assert counts[-1] >= 1


def test_the_page_allows_nothing_but_itself(asking: Asking) -> None:
    reply = asking.ask("/")
    policy = reply.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    told = asking.ask("/columns").told
    assert [one["name"] for one in told["columns"]] == list(ROW)
    note = next(one for one in told["columns"] if one["name"] == "Note")
    assert set(note["choices"]) == {"A", "B-", "ß", "x,y"}
    typical = {one["name"]: one["cells"] for one in told["columns"]}
    assert asking.predict(instances=[typical]).status == 200
    assert np.isfinite(asking.predict(instances=[typical]).told["predictions"][0]["prediction"])
