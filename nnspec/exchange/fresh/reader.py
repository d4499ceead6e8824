"""Written files put to use: `python reader.py JOBS`, without this package.

JOBS is a JSON file, a list of jobs: what reads the file (`reader`), the `file`, the rows that it is
to answer (`given`), and where the answers go (`answers`); what a job fails with is written there
with `.failed` behind the name. Beside NumPy each kind of file imports only what reads it, which is
all that whoever else takes the file has.
"""

import contextlib
import json
import os
import runpy
import sys
import time
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

TIMED = 2
"""Times that the rows are answered after a first one, of which the quickest counts."""
Arrays = dict[str, Any]
Answering = Callable[[Arrays], Arrays]


def main(jobs: str) -> None:
    """Do one job after the other; one that fails stops none."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    for job in json.loads(Path(jobs).read_text(encoding="utf-8")):
        try:
            answer(**job)
        except Exception as error:  # noqa: BLE001 - whatever a library raises is the answer
            said = str(error).strip() or type(error).__name__
            Path(f"{job['answers']}.failed").write_text(said, encoding="utf-8")


def answer(reader: str, file: str, given: str, answers: str) -> None:
    """Answer the rows of one file with the model of another; write the answers to a third."""
    rows = read(given)
    answering = READERS[reader](file, rows)
    found = answering(rows)
    seconds = min(timed(answering, rows) for _ in range(TIMED))
    plain = {name: as_text(one) for name, one in found.items()}
    numbered = {f"value_{place}": one for place, one in enumerate(plain.values())}
    names = np.asarray(list(plain))
    with Path(answers).open("wb") as out:
        np.savez(out, names=names, seconds=np.asarray(seconds), **numbered)


def read(path: str) -> Arrays:
    """Return arrays by name, as they were given."""
    with np.load(path, allow_pickle=False) as held:
        return {name: held[f"value_{place}"] for place, name in enumerate(held["names"].tolist())}


def timed(answering: Answering, rows: Arrays) -> float:
    """Return how many seconds the rows take."""
    begun = time.perf_counter()
    answering(rows)
    return time.perf_counter() - begun


def as_text(values: Any) -> Any:  # noqa: ANN401 - an array of any kind
    """Return an array as a file without objects holds it: TensorFlow's texts are bytes."""
    if values.dtype != object:
        return values
    texts = [one.decode() if isinstance(one, bytes) else str(one) for one in values.reshape(-1)]
    return np.asarray(texts, dtype=str).reshape(values.shape)


def of_saved_model(file: str, _: Arrays) -> Answering:
    """Return how a SavedModel answers raw columns by the names of its signature."""
    tensorflow = import_module("tensorflow")
    loaded = tensorflow.saved_model.load(file)
    serve = loaded.signatures["serving_default"]

    def answering(rows: Arrays) -> Arrays:
        given = {name: tensorflow.constant(one) for name, one in rows.items()}
        return {name: one.numpy() for name, one in serve(**given).items()}

    answering.held = loaded  # type: ignore[attr-defined]  # its variables live as long as it does
    return answering


def of_keras(file: str, _: Arrays) -> Answering:
    """Return how a model in Keras' own archive answers."""
    keras = import_module("keras")
    return predicting(keras.models.load_model(file, compile=False))


def of_weights(file: str, _: Arrays) -> Answering:
    """Return how a network answers whose document lies beside its weights."""
    keras = import_module("keras")
    text = Path(file).with_name("model.json").read_text(encoding="utf-8")
    model = keras.models.model_from_json(text)
    if file.endswith(".weights.h5"):
        model.load_weights(file)
        return predicting(model)
    if file.endswith(".json"):
        held = read(str(Path(file).with_name("weights.npz")))
        model.set_weights(list(held.values()))
        return predicting(model)
    arrays = import_module("safetensors.numpy").load_file(file)
    assert {one.path for one in model.weights} == arrays.keys(), "each weight has its name"
    for one in model.weights:
        one.assign(arrays[one.path])
    return predicting(model)


def of_keras_2(file: str, _: Arrays) -> Answering:
    """Return how a file of Keras 2 answers in tf-keras."""
    os.environ["TF_USE_LEGACY_KERAS"] = "1"
    keras = import_module("tf_keras")
    return predicting(keras.models.load_model(file, compile=False))


def predicting(model: Any) -> Answering:  # noqa: ANN401 - a model of either Keras
    """Return how a Keras model answers, inputs and outputs in its order."""
    size = model.inputs[0].shape[0]

    def answering(rows: Arrays) -> Arrays:
        arrays = [rows[str(place)] for place in range(len(model.inputs))]
        count = len(arrays[0])
        if size is not None:  # whole batches alone, the last one filled up
            places = np.minimum(np.arange(-(-count // size) * size), count - 1)
            arrays = [one[places] for one in arrays]
            for layer in model.layers:
                if getattr(layer, "stateful", False) and hasattr(layer, "reset_state"):
                    layer.reset_state()
        given = arrays if len(arrays) > 1 else arrays[0]
        left = model.predict(given, batch_size=size or 256, verbose=0)
        outputs = left if isinstance(left, list) else [left]
        return {str(place): one[:count] for place, one in enumerate(outputs)}

    return answering


def of_lite(file: str, _: Arrays) -> Answering:
    """Return how a LiteRT file answers: all rows at once, or one by one where its batch is one."""
    if find_spec("ai_edge_litert"):
        interpreter = import_module("ai_edge_litert.interpreter").Interpreter(model_path=file)
    else:
        interpreter = import_module("tensorflow").lite.Interpreter(model_path=file)
    runner = interpreter.get_signature_runner("serving_default")
    names = sorted(runner.get_input_details(), key=place_of)
    first = runner.get_input_details()[names[0]]
    single = list(first["shape_signature"])[:1] == [1]

    def answering(rows: Arrays) -> Arrays:
        given = [rows[str(place)] for place in range(len(names))]
        count = len(given[0])
        parts = []
        for begin in range(count) if single else (0,):
            end = begin + 1 if single else count
            parts.append(runner(**{name: one[begin:end] for name, one in zip(names, given)}))  # noqa: B905
        outputs = sorted(parts[0], key=place_of)
        whole = [np.concatenate([part[name] for part in parts]) for name in outputs]
        return {str(place): one for place, one in enumerate(whole)}

    return answering


def of_program(file: str, _: Arrays) -> Answering:
    """Return how the network of a program answers with its first weights: to its training rows.

    The program runs up to its training: it reads, divides and prepares its rows by itself.
    """
    keras = import_module("keras")
    seen: Arrays = {}

    class Reached(Exception):
        """The program was about to train."""

    def remember(model: Any, x: Any, *_: Any, **__: Any) -> None:  # noqa: ANN401 - Keras' own
        seen.update(model=model, x=x)
        raise Reached

    keras.Model.fit = remember
    with contextlib.suppress(Reached):
        runpy.run_path(file, run_name="__main__")
    model, x = seen["model"], seen["x"]

    def answering(rows: Arrays) -> Arrays:
        end = int(rows["rows"])
        few = {name: one[:end] for name, one in x.items()} if isinstance(x, dict) else x[:end]
        left = model.predict(few, verbose=0)
        outputs = left if isinstance(left, list) else [left]
        return {str(place): one for place, one in enumerate(outputs)}

    return answering


def place_of(name: str) -> int:
    """Return the place that an input or output has by its name: input_3."""
    return int(name.rpartition("_")[2])


READERS: dict[str, Callable[[str, Arrays], Answering]] = {
    "savedmodel": of_saved_model,
    "keras": of_keras,
    "weights": of_weights,
    "keras2-h5": of_keras_2,
    "litert": of_lite,
    "python": of_program,
}
"""Kind of file -> what reads it."""


if __name__ == "__main__":
    main(*sys.argv[1:])
