"""What a file of the network alone leaves to its reader: cells to inputs, outputs to answers."""

import json
from collections.abc import Iterator
from typing import assert_never

import keras

from nnspec.build.back import Back
from nnspec.build.clusters import ClusterBack
from nnspec.build.program import Program
from nnspec.data.fit.bending import has_line
from nnspec.data.fit.fitted import (
    BooleanFit,
    CategoryFit,
    ColumnFit,
    DateFit,
    IntegerFit,
    NumericFit,
    TextFit,
)
from nnspec.data.fit.image import ImageFit

FORMAT = 1
ABOUT = (
    "The file beside this one holds the network alone. Each of its inputs is what `inputs` says of "
    "its columns, side by side along the last axis; each output stands for what `outputs` says."
)


def describe_columns(program: Program) -> str:
    """Return, as JSON, how raw cells become what a network takes, and its outputs answers."""
    fitted, core = program.fitted, program.core
    by_core = {core_name: name for name, core_name in program.inputs.items()}
    inputs = [
        {
            "name": one.name,
            "shape": list(one.shape),
            "dtype": keras.backend.standardize_dtype(one.dtype),
            "columns": [
                {"column": name, "how": " ".join(told(fitted.columns[name]))}
                | fitted.columns[name].model_dump(mode="json", exclude_defaults=True)
                | {"kind": fitted.columns[name].kind}
                for name in fitted.inputs[by_core[one.name]]
            ],
        }
        for one in core.inputs
    ]
    backs = {program.outputs[name]: back for name, back in program.backs.items()}
    outputs = [
        {"name": name, "shape": list(tensor.shape)}
        | (described(backs[name]) if name in backs else {"how": "It was not trained."})
        for name, tensor in zip(core.output_names, core.outputs, strict=True)
    ]
    document = {
        "format": FORMAT,
        "about": ABOUT,
        "missing": list(fitted.null_values),
        "inputs": inputs,
        "outputs": outputs,
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def told(fit: ColumnFit) -> Iterator[str]:
    """Give, in sentences, how a cell becomes numbers."""
    if getattr(fit, "fill", None) is not None:
        yield "A missing cell is `fill`."
    match fit:
        case NumericFit():
            yield from told_of_number(fit)
        case CategoryFit():
            yield from told_of_category(fit)
        case BooleanFit():
            yield "1 for true, 0 for false."
        case IntegerFit():
            yield "The whole number itself."
        case ImageFit():
            yield "Bytes of pixels, x / 255 within `value_range`."
        case DateFit():
            yield "The parts of a date, one number each; the run's SavedModel computes them."
        case TextFit():
            yield "Words by their places in `vocabulary`; the run's SavedModel computes them."
        case _:
            assert_never(fit)
    if getattr(fit, "indicator", False):
        yield "Behind it 1 where the cell is missing, else 0."


def told_of_number(fit: NumericFit) -> Iterator[str]:
    """Give the steps of a number."""
    if fit.low is not None or fit.high is not None:
        yield "x within `low` and `high`."
    if fit.log:
        yield "x becomes sign(x) * log(1 + |x|)."
    if fit.quantiles:
        yield "x becomes its place, 0 to 1, among `quantiles`."
    if fit.bins:
        shares = (
            f", each times {fit.bins.weight!r}, behind the scaled number" if has_line(fit) else ""
        )
        yield f"x is written by the edges of `bins`, as {fit.bins.encoding}{shares}."
    if has_line(fit):
        scaled = (fit.shift, fit.scale) != (0.0, 1.0)
        yield f"(x - {fit.shift!r}) / {fit.scale!r}." if scaled else "x itself."


def told_of_category(fit: CategoryFit) -> Iterator[str]:
    """Give the steps of a category."""
    if fit.hash:
        yield "The text by its hash; the run's SavedModel computes it."
    elif fit.encoding == "index":
        yield "Its place in `vocabulary`, counted from 1; 0 for any other."
    else:
        own = ", a last number for any other" if fit.unknown == "own" else "; any other has none"
        yield f"A 1 at its place in `vocabulary`, 0 elsewhere{own}."


def described(back: Back) -> dict[str, object]:
    """Return what stands behind one output."""
    target = back.target
    found: dict[str, object] = {
        "how": " ".join(told_of_output(back)),
        "need": target.need,
        "columns": list(target.columns),
    }
    if target.labels:
        found["labels"] = list(target.labels)
    if target.need in {"regression", "reconstruction"}:
        found |= {"shift": list(target.shift), "scale": list(target.scale)}
        found |= {"log": True} if target.log else {}
    if target.quantiles:
        found["quantiles"] = list(target.quantiles)
    if target.need == "binary":
        found["thresholds"] = list(back.thresholds)
    if back.calibration.temperature is not None:
        found["temperature"] = back.calibration.temperature
    return found


def told_of_output(back: Back) -> Iterator[str]:
    """Give, in sentences, how an output becomes an answer."""
    target = back.target
    if isinstance(back, ClusterBack):
        yield "Distances from the units, of which the nearest is the cluster."
        return
    if back.from_logits:
        softmax = target.need == "multiclass"
        yield f"{'softmax' if softmax else 'sigmoid'} is still to be taken."
    match target.need:
        case "regression" | "reconstruction":
            numbers = "exp(y * scale + shift) - 1" if target.log else "y * scale + shift"
            yield f"{numbers} is in the target's own units."
            if target.quantiles:
                yield "The last axis holds `quantiles` of each number."
            if target.floor is not None:
                yield "The last axis holds mean and deviation; the SavedModel answers with both."
        case "binary":
            yield "The probability of the second of `labels`, answered above `thresholds`."
        case "multiclass":
            yield "The probabilities of `labels`, of which the largest is answered."
        case "none" | "cluster":
            yield "As it leaves the network."
    if back.calibration.temperature is not None:
        yield "Logits are divided by `temperature` before that."
