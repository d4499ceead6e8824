"""A spec, or a finished run, to a file that other programs read."""

from collections.abc import Sequence
from dataclasses import dataclass
from os.path import isdir
from pathlib import Path

from nnspec.build.front import prepare_inputs
from nnspec.data import SPLITS, Preprocessing
from nnspec.data.table import Values
from nnspec.diagnostics import Diagnostic
from nnspec.exchange.reload import compare_reloaded
from nnspec.exchange.write.archive import Kind, encode_archive, kind_of
from nnspec.exchange.write.keras_json import encode_keras_json
from nnspec.exchange.write.python.facts import gather
from nnspec.exchange.write.python.program import write_network, write_program
from nnspec.pipeline.check import check
from nnspec.pipeline.compile import compile_model
from nnspec.pipeline.finished import Finished, open_run
from nnspec.pipeline.incomplete import doubts_about
from nnspec.pipeline.look import look_at_run
from nnspec.pipeline.opened import fit_network, open_spec, read_data
from nnspec.report.card import Subject, write_card
from nnspec.report.report import decode_report
from nnspec.run.atomic import write_atomic
from nnspec.run.folder import RunFolder
from nnspec.run.layout import PREPROCESSING, REPORT
from nnspec.spec.pieces import source_name

WEIGHTS: tuple[Kind, ...] = ("safetensors", "weights.h5")
"""What a file of weights alone may be."""
MOST_COMPARED = 1000
"""Rows on which a reloaded file is compared with the run."""


def export_keras_json(
    source: Path, output: Path, *, overrides: Sequence[str] = (), allow_outside: bool = False
) -> tuple[Diagnostic, ...]:
    """Write the network of a spec, or of a run, as the JSON document of Keras.

    Args:
        source: a spec's file, or a run's folder.
        output: the file to write.
        overrides: settings of the command line, for a spec.
        allow_outside: whether the spec may name files outside its folder.

    Returns:
        What is to be said about the run.

    Raises:
        Refused: the spec or run; A113 where the network has no such document.
    """
    if isdir(source):  # noqa: PTH112 - Path's own raises for long names
        run = open_run(source)
        model, doubts = run.program.core, run.doubts
    else:
        model = compile_model(source, overrides=overrides, allow_outside=allow_outside)
        doubts = ()
    write_atomic(output, encode_keras_json(model).encode())
    return doubts


def export_python(
    source: Path, output: Path, *, overrides: Sequence[str] = (), allow_outside: bool = False
) -> tuple[Diagnostic, ...]:
    """Write a program that builds and trains the network of a spec, or of a run, anew.

    Args:
        source: a spec's file, or a run's folder.
        output: the file to write; the program finds its data from there.
        overrides: settings of the command line, for a spec.
        allow_outside: whether the spec may name files outside its folder.

    Returns:
        What is to be said about the spec.

    Raises:
        Refused: the spec, its data or the run; A113 with all that no such program says.
    """
    if isdir(source):  # noqa: PTH112 - Path's own raises for long names
        found = look_at_run(source)
        dataset = read_data(found.spec, found.network, allow_outside=True)
        network = fit_network(found.spec, dataset.fitted)
        text = write_program(gather(found.spec, network, dataset, output.parent))
        write_atomic(output, text.encode())
        return ()
    checked = check(source, overrides=overrides, allow_outside=allow_outside)
    spec, network = checked.accept()
    if spec.data is None or spec.training is None:
        write_atomic(output, write_network(spec, network).encode())
        return checked.diagnostics
    opened = open_spec(source, overrides=overrides, allow_outside=allow_outside)
    facts = gather(opened.spec, opened.network, opened.dataset, output.parent)
    write_atomic(output, write_program(facts).encode())
    return (*opened.diagnostics, *opened.seen)


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written of a run.

    Attributes:
        says: how what was written compares with the run; "" where nothing is compared.
        doubts: what is to be said about the run.
    """

    says: str
    doubts: tuple[Diagnostic, ...]


def export_archive(source: Path, output: Path, wanted: tuple[Kind, ...]) -> Exported:
    """Write a run's network, or its weights, for Keras and safetensors; reloaded and compared.

    Args:
        source: a run's folder.
        output: the file to write; its ending says what it holds.
        wanted: what it may hold.

    Raises:
        Refused: the run; A113 for another ending, or layers that Keras alone cannot make; A107
            where what was written predicts otherwise.
    """
    kind = kind_of(output, wanted)
    run = open_run(source)
    content = encode_archive(run.program.core, kind)
    parity = compare_reloaded(run.program.core, content, kind, held_out_rows(run))
    write_atomic(output, content)
    return Exported(parity.says(), run.doubts)


def held_out_rows(run: Finished) -> dict[str, Values]:
    """Return the core's inputs for rows that the training did not see, if there are any."""
    dataset = read_data(run.spec, run.network, allow_outside=True)
    split = next(name for name in reversed(SPLITS) if len(dataset.splits[name]))
    rows = dataset.splits[split].features
    inputs = prepare_inputs(run.program.front, rows.take(slice(0, MOST_COMPARED)))
    return {run.program.inputs[name]: one for name, one in inputs.items()}


def export_card(source: Path, output: Path) -> tuple[Diagnostic, ...]:
    """Write a card of a finished run: what it does, on what, how well, and where it ends.

    Raises:
        Refused: the run, or one that has no report.
    """
    folder = RunFolder.open(source)
    found = look_at_run(source)
    assert found.spec.data is not None
    subject = Subject(
        decode_report(folder.read(REPORT)),
        Preprocessing.from_json(folder.read(PREPROCESSING)),
        source_name(found.spec.data),
        [node.layer.keras_name for node in found.network.nodes if node.layer],
        str(source),
    )
    write_atomic(output, write_card(subject).encode())
    return doubts_about(folder)
