"""Model files gone wrong: bytes, members, arrays and layers changed; of every form that is read.

Every mutant is a pure function of a random generator and the files that it starts from.
"""

import io
import json
import random
import zipfile
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
from hdf5_files import SECRET, mutate_hdf5
from mutation import flip_bytes
from trees import EDGES, TREE_MUTATIONS, Stock, places

Files = dict[str, bytes]
"""Bytes by the name of the file; the first file is the model."""
BOMB = 2**28
"""Bytes that a few packed ones become."""
OUTSIDE = (f"../{SECRET}", f"/outside/{SECRET}", "..\\up", "C:x", "\x00", "", ".", "x" * 300)
MEMBERS = tuple(one for one in OUTSIDE if one.strip("\x00"))
"""Names that an archive can hold."""
LAMBDA = {"class_name": "__lambda__", "config": {"code": "4wEAAAA=", "defaults": None}}
CODE = {"function": ["4wEA", None, None]}
FOREIGN: tuple[Any, ...] = (
    {"class_name": "Lambda", "config": {"name": "x", "function": LAMBDA}},
    {
        "class_name": "Lambda",
        "module": "keras.layers",
        "config": {"function": ["4wEA", None, None]},
    },
    {"class_name": "TorchModuleWrapper", "module": "keras.layers", "config": {"module": "gASV"}},
    {"class_name": "TFSMLayer", "module": "keras.layers", "config": {"filepath": f"../{SECRET}"}},
    {"class_name": "run", "module": "subprocess", "registered_name": "run", "config": "id"},
    {"class_name": "function", "module": "os", "config": "system", "registered_name": "system"},
    {"class_name": "__numpy__", "config": {"value": [1] * 100, "dtype": "float32"}},
    {"class_name": "__tensor__", "config": {"value": [[1.0]], "dtype": "float99"}},
    {"class_name": "__bytes__", "config": {"value": "../"}},
    {"class_name": "__typespec__", "spec_name": "TensorSpec", "module": "os", "spec_config": [1]},
    {"class_name": "__slice__", "config": {"start": 0, "stop": 2**62, "step": 0}},
    "keras.utils.get_file",
    "builtins.eval",
    LAMBDA,
)


@dataclass(frozen=True, slots=True)
class Start:
    """A sound model that mutants are made of.

    Attributes:
        form: ending of the model file, which says how it is changed.
        files: its files.
    """

    form: str
    files: Files


def small_networks() -> list[keras.Model]:
    """Return compiled networks of several kinds, none of them large."""
    layers = keras.layers
    picture = keras.Sequential(
        [
            keras.Input((6, 6, 2)),
            layers.Conv2D(3, 3, activation="relu"),
            layers.BatchNormalization(),
            layers.GlobalAveragePooling2D(),
            layers.Dense(2, kernel_regularizer="l2"),
        ]
    )
    words = keras.Input((5,), dtype="int32")
    read = layers.Bidirectional(layers.LSTM(2))(layers.Embedding(9, 3)(words))
    inner = keras.Sequential([keras.Input((4,)), layers.Dense(3), layers.Dropout(0.1)])
    numbers = keras.Input((4,))
    joined = layers.Concatenate()([read, inner(numbers) * 0.5])
    several = keras.Model([words, numbers], [layers.Dense(2)(joined), layers.Dense(1)(read)])
    steps = keras.Input((4, 6))
    seen = layers.MultiHeadAttention(2, 3)(steps, steps)
    timed = layers.TimeDistributed(layers.Dense(2))(layers.LayerNormalization()(steps + seen))
    attending = keras.Model(steps, layers.GRU(2)(timed))
    for model, optimizer in ((picture, "adam"), (several, "sgd"), (attending, "rmsprop")):
        model.compile(optimizer, "mse")
        model.optimizer.build(model.trainable_variables)
    return [picture, several, attending]


def starts(folder: Path) -> list[Start]:
    """Return small networks in every form, written into a folder on the way."""
    found: list[Start] = []
    for number, model in enumerate(small_networks()):
        file = folder / f"start{number}"
        text = model.to_json().encode()
        found.append(Start(".json", {"model.json": text}))
        for ending in (".keras", ".h5"):
            model.save(f"{file}{ending}")
            content = Path(f"{file}{ending}").read_bytes()
            found.append(Start(ending, {f"model{ending}": content}))
        model.save_weights(f"{file}.weights.h5")
        content = Path(f"{file}.weights.h5").read_bytes()
        found.append(Start(".weights.h5", {"model.json": text, "model.weights.h5": content}))
        found.append(Start("tfjs", as_tfjs(model)))
    return found


def as_tfjs(model: keras.Model) -> Files:
    """Return a network in the form of TensorFlow.js, its arrays in two groups, one quantized."""
    groups: list[Any] = []
    shards: list[bytes] = []
    held = [(f"{one.name}/{two.path}", two) for one in model.layers for two in one.weights]
    for number, part in enumerate((held[::2], held[1::2])):
        listed: list[Any] = []
        content = b""
        for name, variable in part:
            array = np.asarray(variable, "float32")
            said: dict[str, Any] = {"name": name, "shape": list(array.shape), "dtype": "float32"}
            if number:
                said["quantization"] = {"dtype": "uint8", "scale": 0.01, "min": -1.0}
                array = np.clip((array + 1) / 0.01, 0, 255).astype("uint8")
            content += array.tobytes()
            listed.append(said)
        groups.append({"paths": [f"shard{number}.bin"], "weights": listed})
        shards.append(content)
    document = {
        "format": "layers-model",
        "modelTopology": json.loads(model.to_json()),
        "weightsManifest": groups,
    }
    named = {f"shard{number}.bin": one for number, one in enumerate(shards)}
    return {"model.json": json.dumps(document).encode(), **named}


def stock_of(sound: Sequence[Start]) -> Stock:
    """Return the documents of some models, and every value that stands behind a key in them."""
    texts = {one.files["model.json"] for one in sound if one.form == ".json"}
    trees = [json.loads(one) for one in sorted(texts)]
    values: dict[str, list[Any]] = {}
    for tree in trees:
        for holder, key in places(tree):
            if isinstance(key, str):
                values.setdefault(key, []).append(holder[key])
    return Stock(trees, len(trees), values)


@dataclass(frozen=True, slots=True)
class Mutants:
    """Draws mutants of sound files."""

    sound: Sequence[Start]
    stock: Stock

    def draw(self, draw: random.Random) -> Files:
        """Return the files of one mutant."""
        start = draw.choice(self.sound)
        files = dict(start.files)
        names = [one for one in files if start.form != ".weights.h5" or one != "model.json"]
        name = draw.choice(names)
        share = draw.random()
        if share < 0.2:
            files[name] = damage(draw, files[name])
        elif share < 0.23:
            files[name] = self.other(draw)
        else:
            self.change(draw, start.form, files, name)
        return files

    def other(self, draw: random.Random) -> bytes:
        """Return a file of any form."""
        return draw.choice(list(draw.choice(self.sound).files.values()))

    def change(self, draw: random.Random, form: str, files: Files, name: str) -> None:
        """Change a file in its structure."""
        if name.endswith((".h5", ".hdf5")):
            files[name] = mutate_hdf5(draw, files[name])
        elif form == ".keras":
            files[name] = self.archive(draw, files[name])
        elif form == "tfjs" and draw.random() < 0.7:
            change_manifest(draw, files)
        elif name.endswith(".json"):
            files[name] = self.document(draw, files[name])
        else:
            files[name] = damage(draw, files[name])

    def document(self, draw: random.Random, content: bytes) -> bytes:
        """Return a document with some of its structure changed."""
        tree = json.loads(content)
        for _ in range(draw.choice((1, 1, 2, 3, 5))):
            found = list(places(tree))
            if not found:
                break
            if draw.random() < 0.25:
                put_foreign(draw, tree)
            else:
                draw.choice(TREE_MUTATIONS)(draw, self.stock, tree, draw.choice(found))
        text = json.dumps(tree).encode()
        return deeper(draw, text) if draw.random() < 0.03 else text

    def archive(self, draw: random.Random, content: bytes) -> bytes:
        """Return an archive with its members changed, exchanged, named elsewhere or blown up."""
        with zipfile.ZipFile(io.BytesIO(content)) as stored:
            members = {one: stored.read(one) for one in stored.namelist()}
        name = draw.choice(list(members))
        match draw.randrange(10):
            case 0:
                members[name] = damage(draw, members[name])
            case 1:
                members[name], members["config.json"] = members["config.json"], members[name]
            case 2:
                del members[name]
            case 3:
                return packed(members, blown=name, size=draw.choice((2**23, 2**27, BOMB)))
            case 4:
                members.update({draw.choice(MEMBERS): b"x", "assets/../../x": b"y"})
            case 5:
                return encrypted(packed(members)) if draw.random() < 0.5 else renamed(members, name)
            case 6 | 7:
                members["model.weights.h5"] = mutate_hdf5(draw, members["model.weights.h5"])
            case 8:
                members["metadata.json"] = draw.choice((b"[]", b"{}", b'{"keras_version": 3}'))
            case _:
                members["config.json"] = self.document(draw, members["config.json"])
        return packed(members)


def put_foreign(draw: random.Random, tree: Any) -> None:
    """Put an object of foreign code where a layer or a value stands."""
    layers = [(one, key) for one, key in places(tree) if is_object(one[key])]
    leaves = list(places(tree))
    holder, key = draw.choice(layers if layers and draw.random() < 0.6 else leaves)
    found = deepcopy(draw.choice(FOREIGN))
    if isinstance(found, dict) and isinstance(holder[key], dict) and draw.random() < 0.6:
        holder[key].update(found)
    else:
        holder[key] = found


def is_object(value: Any) -> bool:
    """Return whether a value is a serialized object."""
    return isinstance(value, dict) and "class_name" in value


def change_manifest(draw: random.Random, files: Files) -> None:
    """Change what the document of TensorFlow.js says of its files and arrays."""
    tree = json.loads(files["model.json"])
    group = draw.choice(tree["weightsManifest"])
    weight = draw.choice(group["weights"] or [{}])
    match draw.randrange(6):
        case 0:
            group["paths"] = [draw.choice((*OUTSIDE, "model.json", "shard9.bin", 3, None))]
        case 1:
            weight["shape"] = draw.choice(([2**40], [-1], [2**31, 2**31], [0], "x", None, [1.5]))
        case 2:
            weight["dtype"] = draw.choice(("string", "complex64", "bool", "object", None, 7))
        case 3:
            scale = draw.choice(("x", None, float("nan"), 1e308, [1]))
            weight["quantization"] = {"dtype": "uint8", "scale": scale, "min": draw.choice(EDGES)}
        case 4:
            weight["name"] = draw.choice((*OUTSIDE, 3, None, "a/b/c/d", "/", "dense/../x"))
        case _:
            holder, key = draw.choice(list(places(tree["weightsManifest"])))
            holder[key] = deepcopy(draw.choice(EDGES))
    files["model.json"] = json.dumps(tree).encode()


def damage(draw: random.Random, content: bytes) -> bytes:
    """Return bytes with some flipped, cut off, set to nothing or written twice."""
    begin = draw.randrange(len(content) + 1)
    end = min(len(content), begin + draw.choice((1, 8, 64, 4096)))
    kinds: tuple[Callable[[], bytes], ...] = (
        lambda: flip_bytes(draw, content),
        lambda: flip_bytes(draw, content[:4096]) + content[4096:],
        lambda: content[:begin],
        lambda: content[:begin] + bytes(end - begin) + content[end:],
        lambda: content[:end] + content[begin:],
        lambda: content[begin:],
    )
    return draw.choice(kinds)()


def deeper(draw: random.Random, text: bytes) -> bytes:
    """Return a document within many brackets."""
    depth = draw.choice((50, 1000, 100_000))
    return b'{"config": ' * depth + text + b"}" * depth


def packed(members: Files, *, blown: str = "", size: int = 0) -> bytes:
    """Return an archive; one member of zeros that are many, if one is to be blown up."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            if name != blown:
                archive.writestr(name, content)
                continue
            with archive.open(name, "w", force_zip64=True) as member:
                for _ in range(size // 2**22):
                    member.write(bytes(2**22))
    return stream.getvalue()


def renamed(members: Files, name: str) -> bytes:
    """Return an archive whose member stands under a name of another folder, and twice."""
    return packed({f"../{name}": members.pop(name), f"./{name}": b"", **members})


def encrypted(content: bytes) -> bytes:
    """Return an archive that says that its members are encrypted."""
    for head, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        begin = content.find(head)
        while begin >= 0:
            changed = bytearray(content)
            changed[begin + place] |= 1
            content = bytes(changed)
            begin = content.find(head, begin + 4)
    return content
