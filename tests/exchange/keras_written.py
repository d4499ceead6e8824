"""Keras documents written by hand, small enough to change one thing in them."""

import json
from pathlib import Path
from typing import Any

from nnspec.pipeline.check import Checked, check


def tensor(name: str, call: int = 0, number: int = 0) -> dict[str, Any]:
    config = {"shape": [None, 4], "dtype": "float32", "keras_history": [name, call, number]}
    return {"class_name": "__keras_tensor__", "config": config}


def layer(class_name: str, name: str, *calls: Any, **config: Any) -> dict[str, Any]:
    """Return a serialized layer; a call is its arguments, or {args, kwargs}."""
    nodes = [one if isinstance(one, dict) else {"args": list(one), "kwargs": {}} for one in calls]
    return {
        "module": "keras.layers",
        "class_name": class_name,
        "config": {"name": name, **config},
        "registered_name": None,
        "name": name,
        "inbound_nodes": nodes,
    }


def entry(name: str = "given") -> dict[str, Any]:
    return layer("InputLayer", name, batch_shape=[None, 4], dtype="float32", sparse=False)


def model(*layers: Any, inputs: Any = None, outputs: Any = None) -> dict[str, Any]:
    config = {
        "name": "net",
        "trainable": True,
        "layers": list(layers),
        "input_layers": inputs or [["given", 0, 0]],
        "output_layers": outputs or [[layers[-1]["name"], 0, 0]],
    }
    return {"module": "keras", "class_name": "Functional", "config": config}


SMALL = model(entry(), layer("Dense", "dense", [tensor("given")], units=2))


def check_text(document: Any, folder: Path) -> Checked:
    file = folder / "model.json"
    file.write_text(json.dumps(document, indent=1), encoding="utf-8")
    return check(file)


def only(checked: Checked, code: str) -> str:
    assert [one.code for one in checked.diagnostics] == [code], checked.diagnostics
    return checked.diagnostics[0].message
