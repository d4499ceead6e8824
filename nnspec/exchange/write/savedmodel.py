"""Floor 8, the SavedModel: front, core and back as one graph, from raw columns to answers.

The graph is written into a temporary folder, loaded again as a foreign program would, compared
with the program in this process, and only then put in its place.
"""

import errno
import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from os import getpid
from pathlib import Path

import tensorflow as tf

from nnspec.build.back import PREDICTION
from nnspec.build.codes import Codes
from nnspec.build.keras_graph import carried_states
from nnspec.build.program import Program
from nnspec.diagnostics import RunFailed
from nnspec.engine.tensorflow.passes import Rewrite, rewritten
from nnspec.engine.tensorflow.passes.folding import (
    FoldedNormalization,
    find_folds,
    normalizations,
)
from nnspec.exchange.parity import checked, compare, tolerance_of
from nnspec.exchange.write.names import CODES, SIGNATURE, input_names, rename_inputs, traced_names
from nnspec.run.atomic import failure, publish_folder, refusal
from nnspec.run.signals import SIGNALS

COLUMNS = Path("assets.extra") / "columns.json"
"""Which input of the signature stands for which column; the place that TensorFlow leaves to it."""
COMPARED = 256
"""Rows that the loaded graph is compared on, at most."""
PROBED = 2**20
"""Bytes of a graph, at the least, that the system is asked for where TensorFlow could not write."""
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
    _held_to(program, program(sample), loaded.serve(sample), folder)
    if written.codes is not None:
        _held_to(program, written.codes(sample), loaded.codes(sample), folder)


def _held_to(program: Program, expected: Answered, found: Answered, folder: Path) -> None:
    """Raise A107 where answers are not those that are expected."""
    ours, theirs = ({key: one.numpy() for key, one in many.items()} for many in (expected, found))
    tolerance = tolerance_of(program.core)
    parity = compare(program, ours, theirs, tolerance)
    checked(parity, "SavedModel", file=str(folder), tolerance=tolerance)


def _system_error(error: Exception, folder: Path, needed: int) -> OSError:
    """Return TensorFlow's error as the system's: it keeps only the text, so the system is asked."""
    if isinstance(error, OSError) and error.errno:
        return error
    found = refusal(folder, max(needed, PROBED))
    return found or OSError(errno.EIO, str(error))
