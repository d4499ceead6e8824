"""The forms that a run's network or program is written in: who reads each, and what is allowed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from nnspec.build.codes import build_codes
from nnspec.build.raw import raw_columns
from nnspec.diagnostics import Diagnostic, Refused
from nnspec.exchange.parity import TOLERANCE
from nnspec.exchange.reload import Reader
from nnspec.exchange.write.archive import Kind, encode_archive, kind_of, write_weights
from nnspec.exchange.write.keras2.files import encode_keras_2, write_tfjs
from nnspec.exchange.write.keras_json import encode_keras_json
from nnspec.exchange.write.litert import Precision, encode_litert
from nnspec.exchange.write.savedmodel import export_savedmodel
from nnspec.pipeline.conclude import SAMPLE
from nnspec.pipeline.held_out import HeldOut

DOCUMENT = "model.json"
"""Where a fresh process finds the network of a file that holds weights alone."""
WEIGHTS: tuple[Kind, ...] = ("safetensors", "weights.h5")
"""What a file of weights alone may be."""
HALF = 1e-2
"""Largest difference of an answer where weights are kept in half precision."""
LOST = 0.02
"""What a figure may lose where sums are of 8-bit numbers: of a share so much, else this part."""
ENDINGS = {
    "savedmodel": "",
    "keras-json": ".json",
    "keras": ".keras",
    "weights": ".weights.h5",
    "keras2-h5": ".h5",
    "tfjs": "",
    "litert": ".tflite",
    "litert-float16": ".tflite",
    "litert-int8": ".tflite",
}
"""Format -> how its file's name ends; "" is a folder."""
PRECISIONS: dict[str, Precision] = {
    "litert": "float32",
    "litert-float16": "float16",
    "litert-int8": "int8",
}
Write = Callable[[HeldOut, Path], None]


@dataclass(frozen=True, slots=True)
class Form:
    """One of the forms that a run is written in.

    Attributes:
        name: the format's.
        reader: what reads it.
        file: its name while it is written, whose ending its reader knows.
        write: writes it to that place.
        whole: whether it takes raw columns and gives answers; else it holds the network alone.
        described: whether a file beside it says what is left to its reader.
        tolerance: the largest difference of an answer that is allowed; None: figures decide.
    """

    name: str
    reader: Reader
    file: str
    write: Write
    whole: bool = False
    described: bool = False
    tolerance: float | None = TOLERANCE


def form_of(name: str, output: Path, codes: Sequence[str] = ()) -> Form:
    """Return the form that a format's name, and a file's ending, stand for.

    Args:
        name: the format's.
        output: the file or folder to write.
        codes: layers whose outputs a SavedModel gives too.

    Raises:
        Refused: A113 for an ending that the format is not kept as.
    """
    match name:
        case "savedmodel":
            return Form(name, "savedmodel", "model", partial(write_saved_model, codes), whole=True)
        case "keras-json":
            return Form(name, "weights", DOCUMENT, write_document)
        case "keras":
            kind = kind_of(output, ("keras",))
            return Form(name, "keras", "model.keras", partial(write_archive, kind))
        case "weights":
            kind = kind_of(output, WEIGHTS)
            return Form(name, "weights", f"model.{kind}", partial(write_archive, kind))
        case "keras2-h5":
            check_ending(output, ".h5")
            return Form(name, "keras2-h5", "model.h5", write_keras_2, described=True)
        case "tfjs":
            return Form(name, "tfjs", "model", write_for_javascript, described=True)
        case _:
            check_ending(output, ".tflite")
            precision = PRECISIONS[name]
            allowed = {"float32": TOLERANCE, "float16": HALF, "int8": None}[precision]
            write = partial(write_lite, precision)
            return Form(name, "litert", "model.tflite", write, described=True, tolerance=allowed)


def check_ending(output: Path, ending: str) -> None:
    """Refuse a file whose name ends otherwise than its readers expect (A113)."""
    if not output.name.lower().endswith(ending):
        message = f'the file "{output.name}" does not end in {ending}, by which readers know it'
        raise Refused([Diagnostic("A113", message, hint=f"write --output NAME{ending}")])


def write_saved_model(codes: Sequence[str], held: HeldOut, path: Path) -> None:
    """Write the whole program as a SavedModel."""
    run = held.run
    named = build_codes(run.program, run.network, tuple(codes) or run.spec.export.codes)
    rows = held.dataset.splits["train"].features.take(slice(0, SAMPLE))
    sample = raw_columns(rows, run.program.fitted.columns)
    export_savedmodel(run.program, path, sample, codes=named)


def write_document(held: HeldOut, path: Path) -> None:
    """Write the network as Keras' JSON, and its weights beside it for whoever compares."""
    path.write_text(encode_keras_json(held.run.program.core), encoding="utf-8")
    write_weights(held.run.program.core, path.with_name("weights.npz"))


def write_archive(kind: Kind, held: HeldOut, path: Path) -> None:
    """Write a network, or its weights, as Keras or safetensors read it."""
    core = held.run.program.core
    if kind != "keras":
        path.with_name(DOCUMENT).write_text(encode_keras_json(core), encoding="utf-8")
    path.write_bytes(encode_archive(core, kind))


def write_keras_2(held: HeldOut, path: Path) -> None:
    """Write a network as Keras 2 reads it."""
    path.write_bytes(encode_keras_2(held.run.program.core))


def write_for_javascript(held: HeldOut, path: Path) -> None:
    """Write a network as TensorFlow.js reads it."""
    write_tfjs(held.run.program.core, path)


def write_lite(precision: Precision, held: HeldOut, path: Path) -> None:
    """Write a network as LiteRT reads it; ranges of 8-bit numbers are those of training rows."""
    rows = held.dataset.splits["train"].features.take(slice(0, SAMPLE))
    core = held.run.program.core
    path.write_bytes(encode_litert(core, precision, held.run.program.features(rows)))
