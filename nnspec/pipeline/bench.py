"""The executors side by side on one spec, and the fastest written into it."""

from dataclasses import replace
from pathlib import Path

from nnspec.build.program import Program
from nnspec.diagnostics import Diagnostic, Refused
from nnspec.document import parse_document, read_document
from nnspec.engine import available_cores
from nnspec.engine.comparison import Bounds, Comparison, Row
from nnspec.engine.tensorflow.contestants import compare
from nnspec.engine.tensorflow.device import current_device
from nnspec.engine.tensorflow.obstacles import xla_obstacles
from nnspec.engine.tensorflow.traits import choose_here
from nnspec.pipeline.check import check_document
from nnspec.pipeline.opened import Opened
from nnspec.pipeline.prepare import build_for_training, plan_of, prepare_device, weighted
from nnspec.pipeline.repair import read_repairable
from nnspec.run.atomic import write_atomic
from nnspec.style.settings import put_settings

MOST_TURNS = 9
MOST_STEPS = 128
"""Steps of an epoch that are measured; more of them would only take longer."""


def measure_executors(opened: Opened, *, seconds: float) -> Comparison:
    """Measure every executor that applies to a spec.

    Args:
        opened: the spec with its rows.
        seconds: when no further turn begins.

    Raises:
        Refused: the device that the spec asks for is not there, or a learning rule trains it.
    """
    spec, dataset = opened.spec, opened.dataset
    plan, rows = plan_of(spec), len(dataset.splits["train"])
    if plan.rule is not None:
        message = f"rule: {plan.rule.keras_name} has one executor; there is nothing to compare"
        place = spec.positions.find(("training", "rule"))
        raise Refused([Diagnostic("T141", message, place, file=spec.file)])
    prepare_device(spec)

    def program() -> Program:
        return build_for_training(spec, opened.network, dataset.fitted, rows=rows)

    first = program()
    arrays = weighted(spec, first, first.arrays(dataset, "train"))
    few = arrays.take(slice(0, MOST_STEPS * plan.batch_size))
    found = compare(lambda: program().core, few, plan, Bounds(MOST_TURNS, seconds))
    picked = choose_here(first.core, replace(plan, engine="auto", xla="auto"), rows)
    notes = [
        *(f"nnspec, XLA was left out: {one.reason}" for one in xla_obstacles(first.core)),
        *(f"left to itself: {reason}" for reason in picked.reasons),
    ]
    machine = f"{current_device()}, {available_cores()} cores"
    return Comparison(found, plan, plan.steps(rows), machine, tuple(notes))


def write_choice(path: Path, row: Row) -> None:
    """Write an executor's settings into a spec's file; all else in it stays as it is.

    Raises:
        Refused: R109 where a setting does not stand in the spec's own text.
        RunFailed: A104, A110 where the file cannot be written.
    """
    document = read_document(path)
    text = put_settings(document, "runtime", dict(row.settings))
    checked = check_document(
        parse_document(text, document.file), folder=path.parent, allow_outside=True
    )
    runtime = checked.spec.runtime if checked.spec else None
    content = read_repairable(path)
    written = {key: getattr(runtime, key, None) for key in row.settings}
    if content is None or checked.refused or written != row.settings:
        words = ", ".join(f"{key}: {value}" for key, value in row.settings.items())
        message = f"runtime cannot be edited here; write {{{words}}} by hand"
        raise Refused([Diagnostic("R109", message, file=document.file, path=("runtime",))])
    write_atomic(path.resolve(), content.encode(text))
