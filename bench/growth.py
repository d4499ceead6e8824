"""How the time of a check grows: documents of 1, 2, 4 and 8 times the size, of several kinds.

    python bench/growth.py

The time on the processor of twice as much is at most about twice as long: the exponent of each
kind, fitted over the sizes, is printed and must stay below 1.3 (n log n has about 1.15 here). Six
applications of a model in each of several models within one another must end within half a second.
"""

import gc
import json
import math
import sys
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

from nnspec.diagnostics import Refused
from nnspec.diagnostics.render import render
from nnspec.diagnostics.sources import Sources
from nnspec.document import parse_document
from nnspec.pipeline.check import check_document

STEEPEST = 1.3
LONGEST = 0.5
HEAD = "nnspec: 1\nmodel:\n  - Input: [8]\n"
RUNS = 5


def layers(size: int) -> str:
    """Return layers in a row."""
    return HEAD + "  - Dense: {units: 8, activation: relu}\n  - BatchNormalization\n" * size


def backwards(size: int) -> str:
    """Return layers each of which is fed by the one written after it."""
    rows = [
        f"    - Identity\n      name: n{i}\n      inputs: n{i + 1}\n".replace(
            "Identity", "Identity:"
        )
        for i in range(size)
    ]
    return (
        "nnspec: 1\nmodel:\n  layers:\n"
        + "".join(rows)
        + f"    - Input: [8]\n      name: n{size}\n  outputs: [n0]\n"
    )


def applications(size: int) -> str:
    """Return a model that is applied again and again."""
    return (
        HEAD
        + "  - Model: {layers: [{Dense: {units: 8, activation: relu}}, {Dense: 8}]}\n    name: m\n"
        + "  - use: m\n" * size
    )


def several(size: int) -> str:
    """Return models that differ, each of some layers."""
    return HEAD + "  - Model: [{Dense: {units: 8, activation: relu}}, {Dense: 8}]\n" * size


def nesting(size: int) -> str:
    """Return models within models, as deep as allowed, several times."""
    inner = "Dense: {units: 8, activation: relu}"
    for _ in range(size // 50):
        inner = f"Model: {{layers: [{{{inner}}}]}}"
    return f"{HEAD}  - {inner}\n"


def mistakes(size: int) -> str:
    """Return layers with a mistake each, fewer than a check gives up at."""
    return HEAD + "".join(
        f"  - Dense: {{units: 8, activatoin: relu}}\n    name: n{i}\n" for i in range(size // 10)
    )


def remarks(size: int) -> str:
    """Return layers about each of which there is something to remark."""
    return HEAD + "  - Dense: 8\n" * size


def related(size: int) -> str:
    """Return a value that is wrong wherever it is used."""
    return "variables: {u: -1}\n" + HEAD + "  - Dense: $u\n" * size


def misnamed(size: int) -> str:
    """Return a name that nothing has, read by many."""
    merges = "".join(f"  - Add:\n    inputs: [first, frist]\n    name: a{i}\n" for i in range(size))
    return f"{HEAD}  - Dense: 8\n    name: first\n{merges}"


def keras(size: int) -> str:
    """Return a document of Keras 3, its layers in a row."""
    names = ["entry", *(f"d{i}" for i in range(size))]
    entry = {"batch_shape": [None, 8], "dtype": "float32", "name": "entry"}
    first = {"class_name": "InputLayer", "name": "entry", "config": entry, "inbound_nodes": []}
    rest = [dense(one, before) for before, one in pairwise(names)]
    config = {
        "name": "m",
        "layers": [first, *reversed(rest)],
        "input_layers": [["entry", 0, 0]],
        "output_layers": [[names[-1], 0, 0]],
    }
    return json.dumps({"class_name": "Functional", "config": config}, indent=1)


def dense(name: str, before: str) -> dict[str, object]:
    """Return a layer of a document of Keras 3."""
    history = {"keras_history": [before, 0, 0]}
    tensor = {"shape": [None, 8], "dtype": "float32", **history}
    return {
        "class_name": "Dense",
        "name": name,
        "config": {"name": name, "units": 8, "activation": "relu"},
        "inbound_nodes": [
            {"args": [{"class_name": "__keras_tensor__", "config": tensor}], "kwargs": {}}
        ],
    }


def bomb(levels: int) -> str:
    """Return models within one another, each of which applies the one within six times."""
    inner = "Dense: {units: 8, activation: relu}"
    for level in range(levels):
        again = ", ".join([f"{{use: m{level}}}"] * 5)
        inner = f"Model: {{layers: [{{{inner}, name: m{level}}}, {again}]}}"
    return f"{HEAD}  - {{{inner}, name: top}}\n"


KINDS: dict[str, Callable[[int], str]] = {
    one.__name__: one
    for one in (
        *(layers, backwards, applications, several, nesting),
        *(mistakes, remarks, related, misnamed, keras),
    )
}
SIZES = (100, 200, 400, 800)


def seconds(text: str, file: str) -> float:
    """Return the shortest time on the processor of a check and of its report."""
    times: list[float] = []
    for _ in range(RUNS):
        gc.collect()
        gc.disable()
        began = time.process_time()
        try:
            found = check_document(parse_document(text, file), folder=Path()).diagnostics
        except Refused as refused:
            found = refused.diagnostics
        render(found, Sources({file: text}))
        times.append(time.process_time() - began)
        gc.enable()
    return min(times)


def exponent(times: list[float]) -> float:
    """Return the slope of the logarithms of times over those of sizes, the last three sizes."""
    return math.log(times[-1] / times[-3]) / math.log(SIZES[-1] / SIZES[-3])


def main() -> None:
    """Print times and exponents; exit with 1 where one is too steep."""
    failed = False
    print(f"{'kind':14}" + "".join(f"{size:>9}" for size in SIZES) + "  exponent")
    for name, make in KINDS.items():
        file = "model.json" if name == "keras" else "spec.yaml"
        times = [seconds(make(size), file) for size in SIZES]
        slope = exponent(times)
        failed |= slope > STEEPEST
        print(f"{name:14}" + "".join(f"{one:8.3f}s" for one in times) + f"{slope:9.2f}")
    for levels in (3, 5, 8, 12):
        time_taken = seconds(bomb(levels), "spec.yaml")
        failed |= time_taken > LONGEST
        print(f"six uses a level, {levels:2} levels: {time_taken:.3f} s")
    sys.exit(failed)


if __name__ == "__main__":
    main()
