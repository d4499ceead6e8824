"""What `bench/fuzz.py` tries: specs, Keras documents, policies and data, each from seeds it knows.

A target draws an input and checks it as `nnspec validate` would. Its files lie in one folder, the
only one from which anything may be opened.
"""

import io
import json
import random
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mutation import cut, flip_bytes, insert_word, mutate, read_seeds, repeat_token, swap_tokens
from trees import Stock, is_layer, mutate_tree, places, read_stock, write_tree

if TYPE_CHECKING:
    from nnspec.diagnostics import Diagnostic
    from nnspec.pipeline.examine import Look

HALF, DAMAGED = 0.5, 0.2
NET = "[{Input: [2]}, {Dense: 1}]"
TRAINING = "{optimizer: adam, loss: mse, epochs: 1}"
PLAIN = f"nnspec: 1\nmodel: {NET}\ntraining: {TRAINING}\nruntime: {{seed: 1}}\n".encode()
POLICIES: tuple[dict[str, Any], ...] = (
    {
        "type": "object",
        "required": ["runtime", "training"],
        "properties": {
            "training": {"properties": {"epochs": {"maximum": 200, "multipleOf": 1}}},
            "runtime": {"required": ["seed"], "properties": {"seed": {"not": {"const": 0}}}},
            "name": {"pattern": "^[a-z]+$", "minLength": 3, "description": "small letters"},
        },
    },
    {
        "$defs": {"layer": {"type": "object", "maxProperties": 4, "propertyNames": {"enum": []}}},
        "properties": {
            "model": {"properties": {"layers": {"items": {"$ref": "#/$defs/layer"}}}},
        },
        "anyOf": [{"required": ["data"]}, {"required": ["model"], "$ref": "#/$defs/layer"}],
    },
    {
        "if": {"properties": {"name": {"const": "x"}}},
        "then": {"dependentRequired": {"data": ["model"]}},
        "else": {"patternProperties": {"^m": {"uniqueItems": True}}},
        "unevaluatedProperties": {"contains": {"format": "date"}},
        "$dynamicAnchor": "top",
    },
)
ROWS = [{"a": 1.5 * row, "b": f"word {row % 3}", "c": row % 2 == 0, "y": row} for row in range(40)]
SETTINGS: dict[str, Sequence[str]] = {
    "features": ("[a]", "[a, c]", "[a, b, c]", "[b]"),
    "split": ("{validation: 0.2, test: 0.2, seed: 0}", "{validation: 0, test: 0.1}"),
    "missing": ("drop", "mean", "median", "zero"),
    "columns": ("{b: category}", "{a: numeric}", "{c: boolean, y: integer}"),
}
FORMS = (".csv", ".tsv", ".jsonl", ".npz", ".parquet")


@dataclass(frozen=True, slots=True)
class Target:
    """A kind of input: how one is drawn, and how it is checked."""

    draw: Callable[[random.Random], bytes]
    check: Callable[[bytes, Path], "tuple[Diagnostic, ...]"]


def check_spec(text: bytes, folder: Path) -> "tuple[Diagnostic, ...]":
    """Return what is said about a spec; it is rendered too, as a user would see it."""
    file = "spec.json" if text.lstrip()[:1] == b"{" else "spec.yaml"
    return examine_as(text, file, folder)


def examine_as(text: bytes, file: str, folder: Path, **looks: "Look") -> "tuple[Diagnostic, ...]":
    """Return what is said about a spec, with the policy or the data that is looked at.

    The checker is imported here, so that atheris can watch its imports.
    """
    from nnspec.diagnostics import Refused
    from nnspec.diagnostics.render import render
    from nnspec.diagnostics.sources import Sources
    from nnspec.document import parse_document
    from nnspec.pipeline.examine import Request, examine

    try:
        found = examine(parse_document(text, file), folder, Request(**looks))
    except Refused as refused:
        found = refused.diagnostics
    render(found, Sources({file: text.decode("utf-8", "replace")}))
    return found


def check_document(text: bytes, folder: Path) -> "tuple[Diagnostic, ...]":
    """Return what is said about a spec whose model is a Keras document in a file."""
    (folder / "model.json").write_bytes(text)
    return examine_as(b"nnspec: 1\nmodel: {file: model.json}\n", "spec.yaml", folder)


def check_policy(text: bytes, folder: Path) -> "tuple[Diagnostic, ...]":
    """Return what a policy has against a spec, nothing where it cannot be applied."""
    from nnspec.pipeline.policy import UnusablePolicy, apply_policy, read_policy

    file = folder / "policy.json"
    file.write_bytes(text)
    try:
        validator = read_policy(file)
        return examine_as(
            PLAIN,
            "spec.yaml",
            folder,
            policy=lambda checked: apply_policy(validator, *checked.accept(), checked.document),
        )
    except UnusablePolicy:
        return ()


def check_data(text: bytes, folder: Path) -> "tuple[Diagnostic, ...]":
    """Return what is said about a spec and its data; the first line is the spec."""
    from nnspec.pipeline.opened import check_opened

    spec, _, table = text.partition(b"\n")
    for form in FORMS:
        (folder / f"table{form}").write_bytes(table)
    return examine_as(spec, "spec.yaml", folder, data=check_opened)


def draw_spec(stock: Stock) -> Callable[[random.Random], bytes]:
    """Return what draws specs: damaged texts, and sound texts of a damaged structure."""
    seeds = read_seeds()

    def draw_one(draw: random.Random) -> bytes:
        if draw.random() < HALF:
            return mutate(draw, seeds)
        return write_tree(mutate_tree(draw, stock))

    return draw_one


def draw_json(stock: Stock) -> Callable[[random.Random], bytes]:
    """Return what draws documents of a damaged structure, some of them damaged as texts too."""

    def draw_one(draw: random.Random) -> bytes:
        text = json.dumps(mutate_tree(draw, stock)).encode()
        return draw.choice(BYTES)(draw, text) if draw.random() < DAMAGED else text

    return draw_one


def as_documents(stock: Stock) -> Stock:
    """Return Keras documents: those of a stock, and its chains of layers in Keras' form."""
    documents = [tree for tree in stock.trees if "class_name" in tree]
    models = [tree.get("model") for tree in stock.trees[: stock.sound]]
    chains = [model for model in models if isinstance(model, list)]
    documents += [{"class_name": "Sequential", "config": {"layers": one}} for one in chains]
    for document in documents:
        for holder, key in list(places(document)):
            if is_layer(value := holder[key]):
                ((name, config),) = value.items()
                holder[key] = {"class_name": name, "config": config}
    return Stock(documents, len(documents), stock.values)


def draw_data(draw: random.Random) -> bytes:
    """Return a spec on one line, and a table below it, damaged more often than not."""
    form = draw.choice(FORMS)
    data = {"source": f"table{form}", "target": draw.choice("yyyabc")}
    data |= {key: draw.choice(value) for key, value in SETTINGS.items() if draw.random() < HALF}
    listed = ", ".join(f"{key}: {value}" for key, value in data.items())
    spec = f"{{nnspec: 1, data: {{{listed}}}, model: [{{Dense: 1}}], training: {TRAINING}}}"
    table = write_table(form, draw)
    for _ in range(draw.choice((0, 1, 1, 2, 4))):
        table = draw.choice(BYTES)(draw, table)
    return spec.encode() + b"\n" + table


def write_table(form: str, draw: random.Random) -> bytes:
    """Return a small table in one of the forms that are read."""
    import numpy as np
    import polars as pl

    stream = io.BytesIO()
    frame = pl.DataFrame(ROWS[: draw.choice((0, 1, 3, 40))] or {"a": [], "b": [], "c": [], "y": []})
    match form:
        case ".npz":
            with zipfile.ZipFile(stream, "w") as archive:
                for name in frame.columns:
                    member = io.BytesIO()
                    np.save(member, frame[name].to_numpy(), allow_pickle=True)
                    archive.writestr(f"{name}.npy", member.getvalue())
        case ".parquet":
            frame.write_parquet(stream, compression=draw.choice(("zstd", "snappy", "uncompressed")))
        case ".jsonl":
            frame.write_ndjson(stream)
        case _:
            frame.write_csv(stream, separator="," if form == ".csv" else "\t")
    return stream.getvalue()


BYTES = (flip_bytes, flip_bytes, cut, insert_word, repeat_token, swap_tokens)


def read_targets(folders: Sequence[Path]) -> dict[str, Target]:
    """Return the targets by name; the folders hold further specs or Keras documents."""
    policies: dict[str, list[Any]] = {}
    for policy in POLICIES:
        for key, value in policy.items():
            policies.setdefault(key, []).append(value)
    policies |= {"$ref": ["#", "#/$defs/x", "http://localhost/x"], "pattern": ["(", "(a+)+$", "x"]}
    policies |= {"maximum": [0], "multipleOf": [1e-300, 0.1], "$schema": ["x", 3], "type": ["x"]}
    return {
        "spec": Target(draw_spec(read_stock(*folders)), check_spec),
        "document": Target(draw_json(as_documents(read_stock(*folders))), check_document),
        "policy": Target(draw_json(Stock(POLICIES, len(POLICIES), policies)), check_policy),
        "data": Target(draw_data, check_data),
    }
