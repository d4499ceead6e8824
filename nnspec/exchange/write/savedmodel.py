"""Floor 8, the SavedModel: front, core and back as one graph, from raw columns to answers.

The graph is written into a temporary folder, loaded again as a foreign program would, compared
with the program in this process, and only then put in its place.
"""

import errno
import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from os import getpid
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from nnspec.build.back import PREDICTION, PROBABILITIES, Back
from nnspec.build.codes import Codes
from nnspec.build.keras_graph import carried_states, inner_layers
from nnspec.build.program import Program
from nnspec.diagnostics import Diagnostic, RunFailed
from nnspec.engine.tensorflow.passes import Rewrite, rewritten
from nnspec.engine.tensorflow.passes.folding import (
    FoldedNormalization,
    find_folds,
    normalizations,
)
from nnspec.exchange.write.names import CODES, SIGNATURE, input_names, rename_inputs, traced_names
from nnspec.run.atomic import failure, publish_folder, refusal
from nnspec.run.signals import SIGNALS

COLUMNS = Path("assets.extra") / "columns.json"
"""Which input of the signature stands for which column; the place that TensorFlow leaves to it."""
COMPARED = 256
"""Rows that the loaded graph is compared on, at most."""
PROBED = 2**20
"""Bytes of a graph, at the least, that the system is asked for where TensorFlow could not write."""
TOLERANCE = 1e-5
"""Largest difference, relative to the largest magnitude of an answer."""
ROUNDINGS = {"float16": 2**-10, "bfloat16": 2**-7}
"""Distance between neighbouring numbers around 1, in the types of mixed precision."""
UNFOLDED = (
    "SavedModel: layer by layer; with BatchNormalization computed within the layer before it, "
    "rounding showed in the answers"
)
Answered = dict[str, tf.Tensor]


def export_savedmodel(
    program: Program,
    path: Path,
    sample: Mapping[str, tf.Tensor],
    *,
    codes: Codes | None = None,
) -> tuple[str, ...]:
    """Write a program as a SavedModel that needs nothing but TensorFlow.

    The signature `serving_default` takes each raw column by name (`input_names`), (batch,) or
    (batch, length) over a series, any batch size, and returns the answers by name:
    `prediction` (batch,) or (batch, units) in the target's units, in the same shape what stands
    around it (`lower`, `upper`, `q05`, `std`), or labels (batch,) with `probabilities`
    (batch, classes). The loaded object's `serve` takes one mapping from the columns' own names
    instead. With `codes` there is a second signature of that name, and a function `codes` beside
    `serve`: they give (batch, ...) of each layer by the layer's name.

    Args:
        program: front, core and back.
        path: the folder to write; one that is there is replaced at the very end.
        sample: raw columns by their own names, to compare the written graph on.
        codes: layers whose outputs are given too.

    Returns:
        How the graph differs from the network's layers, in lines for the report.

    Raises:
        RunFailed: A107 where the loaded graph answers otherwise, A104 or A110 where it cannot be
            written; what was there before is untouched.
    """
    temporary = path.with_name(f".{path.name}.{getpid()}.tmp")
    few = {name: cells[:COMPARED] for name, cells in sample.items()}
    discard = partial(shutil.rmtree, temporary, ignore_errors=True)
    with SIGNALS.waiting(discard):
        try:
            lines = _write_checked(Written(program, codes), temporary, path, few)
            publish_folder(temporary, path)
        finally:
            discard()
    return lines


@dataclass(frozen=True, slots=True)
class Written:
    """What a SavedModel holds."""

    program: Program
    codes: Codes | None = None


def _write_checked(
    written: Written, temporary: Path, path: Path, sample: Mapping[str, tf.Tensor]
) -> tuple[str, ...]:
    """Write the graph and compare it; without folded layers where their rounding shows."""
    folds = find_folds(written.program.core)
    try:
        _write(written, temporary, path, folds)
        _compare(written, temporary, sample)
    except RunFailed as failed:
        if not folds or failed.diagnostics[0].code != "A107":
            raise
        shutil.rmtree(temporary)
        _write(written, temporary, path, ())
        _compare(written, temporary, sample)
        return (UNFOLDED,)
    names = ", ".join(normalizations(folds))
    return (f"SavedModel: {FoldedNormalization.title} ({names})",) if folds else ()


def _write(written: Written, temporary: Path, path: Path, folds: tuple[Rewrite, ...]) -> None:
    """Write the graph, its variables, and the names of the columns."""
    program, codes = written.program, written.codes

    def answer(columns: Mapping[str, tf.Tensor]) -> Answered:
        with rewritten(folds):
            return program(columns)

    names = input_names(program.fitted.columns)
    traced = traced_names(names.values())
    by_input = {one.name: name for name, one in traced.items()}
    specs = {
        column: tf.TensorSpec(spec.shape, spec.dtype, name=by_input[names[column]])
        for column, spec in program.front.signature.items()
    }
    module = tf.Module()
    module.parts = [program.front, *program.backs.values()]
    held = (*program.core.variables, *carried_states(program.core))
    module.state = [variable.value for variable in held]
    module.serve = tf.function(answer, autograph=False)
    functions = {SIGNATURE: module.serve}
    if codes is not None:
        module.codes = functions[CODES] = tf.function(codes, autograph=False)
    signatures = {key: one.get_concrete_function(specs) for key, one in functions.items()}
    try:
        tf.saved_model.save(module, str(temporary), signatures=signatures)
        rename_inputs(temporary, traced)
        named = temporary / COLUMNS
        named.parent.mkdir(exist_ok=True)
        named.write_text(_columns(program), encoding="utf-8")
    except (OSError, tf.errors.OpError) as error:
        needed = sum(int(one.nbytes) for one in program.core.get_weights())
        raise failure(path, _system_error(error, path.parent, needed), needed=needed) from error


def _columns(program: Program) -> str:
    names = input_names(program.fitted.columns)
    described = {
        column: {
            "name": names[column],
            "dtype": spec.dtype.name,
            "shape": spec.shape.as_list(),
        }
        for column, spec in program.front.signature.items()
    }
    named = {"columns": described, "units": _units(program)}
    return json.dumps(named, indent=2, ensure_ascii=False) + "\n"


def _units(program: Program) -> dict[str, list[str]]:
    """Return what each of several units of an answer stands for, by the answer's name."""
    several = len(program.backs) > 1
    return {
        f"{key}_{name}" if several else key: list(back.target.columns)
        for name, back in program.backs.items()
        if len(back.target.columns) > 1 and back.target.shape == (len(back.target.columns),)
        for key in (PREDICTION, *back.around)
    }


def _compare(written: Written, folder: Path, sample: Mapping[str, tf.Tensor]) -> None:
    """Raise A107 where the written graph does not answer as the program does."""
    program, loaded = written.program, tf.saved_model.load(str(folder))
    serve: Callable[[Mapping[str, tf.Tensor]], Answered] = loaded.serve
    tolerance = _tolerance(program.core)
    expected, found = program(sample), serve(sample)
    for key, answer in expected.items():
        probabilities = expected.get(key.replace(PREDICTION, PROBABILITIES, 1))
        lead = None
        if probabilities is not None and probabilities is not answer:
            lead = _lead(probabilities.numpy(), _deciding(program, key))
        differing = _difference(found[key].numpy(), answer.numpy(), lead, tolerance)
        if differing is not None:
            raise _differs(key, len(answer), differing, folder)
    if written.codes is not None:
        layers, given = written.codes(sample), loaded.codes(sample)
        for key, output in layers.items():
            differing = _difference(given[key].numpy(), output.numpy(), None, tolerance)
            if differing is not None:
                raise _differs(key, len(output), differing, folder)


def _differs(key: str, rows: int, differing: str, folder: Path) -> RunFailed:
    """Return the failure of an export that answers otherwise than the program (A107)."""
    message = (
        f'the written SavedModel answers "{key}" otherwise than the trained program on '
        f"{rows} rows: {differing}; the export was not kept"
    )
    return RunFailed([Diagnostic("A107", message, file=str(folder))])


def _tolerance(core: keras.Model) -> float:
    """Return the largest difference between a graph and its layers called one by one.

    TensorFlow joins the steps of a graph and rounds their result once, where the program rounds
    each: in half precision by a few of its coarse roundings.
    """
    kinds = {one.compute_dtype for one in inner_layers(core)}
    return max([TOLERANCE, *(4 * ROUNDINGS.get(one, 0.0) for one in kinds)])


def _difference(
    found: np.ndarray[Any, Any],
    expected: np.ndarray[Any, Any],
    lead: np.ndarray[Any, Any] | None,
    tolerance: float,
) -> str | None:
    """Return how two answers differ beyond the tolerance, None where they do not.

    Labels may differ where their lead is none: the two largest probabilities are as good as equal,
    or the one that decides is the threshold.
    """
    if found.shape != expected.shape:
        return f"shape {found.shape}, expected {expected.shape}"
    if expected.dtype.kind == "f":
        scale = float(np.max(np.abs(expected), initial=0.0)) or 1.0
        worst = float(np.max(np.abs(found - expected), initial=0.0)) / scale
        within = worst <= tolerance
        return None if within else f"relative difference {worst:.2g}, at most {tolerance:g} allowed"
    wrong = found != expected
    if lead is not None:
        wrong &= lead > 2 * tolerance
    return f"{int(wrong.sum())} labels differ" if wrong.any() else None


def _deciding(program: Program, key: str) -> Back | None:
    """Return the back that answers under a key where a threshold decides; else None."""
    several = len(program.backs) > 1
    backs = {
        f"{PREDICTION}_{name}" if several else PREDICTION: one
        for name, one in program.backs.items()
    }
    back = backs[key]
    return back if back.target.need == "binary" else None


def _lead(probabilities: np.ndarray[Any, Any], back: Back | None) -> np.ndarray[Any, Any]:
    """Return by how much each label's probability leads over the next, in the labels' shape.

    Args:
        probabilities: as they are answered.
        back: says above which probability second classes are answered; None: the largest leads.
    """
    if back is not None:
        single = back.target.shape[-1:] == (1,)
        second = probabilities[..., 1] if single else probabilities
        return np.asarray(np.abs(2 * (second - np.asarray(back.thresholds))))
    largest = np.sort(probabilities, axis=-1)
    return np.asarray(largest[..., -1] - largest[..., -2])


def _system_error(error: Exception, folder: Path, needed: int) -> OSError:
    """Return TensorFlow's error as the system's: it keeps only the text, so the system is asked."""
    if isinstance(error, OSError) and error.errno:
        return error
    found = refusal(folder, max(needed, PROBED))
    return found or OSError(errno.EIO, str(error))
