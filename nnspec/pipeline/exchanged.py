"""A spec, or a finished run, to a file that other programs read."""

from collections.abc import Sequence
from os.path import isdir
from pathlib import Path

from nnspec.data import Preprocessing
from nnspec.diagnostics import Diagnostic
from nnspec.exchange.write.keras_json import encode_keras_json
from nnspec.exchange.write.python.facts import gather
from nnspec.exchange.write.python.program import write_network, write_program
from nnspec.pipeline.check import check
from nnspec.pipeline.compile import compile_model
from nnspec.pipeline.incomplete import doubts_about
from nnspec.pipeline.look import look_at_run
from nnspec.pipeline.opened import fit_network, open_spec, read_data
from nnspec.report.card import Subject, write_card
from nnspec.report.report import decode_report
from nnspec.run.atomic import write_atomic
from nnspec.run.folder import RunFolder
from nnspec.run.layout import PREPROCESSING, REPORT
from nnspec.spec.pieces import source_name


def export_keras_json(
    source: Path, output: Path, *, overrides: Sequence[str] = (), allow_outside: bool = False
) -> None:
    """Write the network of a spec as the JSON document of Keras.

    Args:
        source: the spec's file.
        output: the file to write.
        overrides: settings of the command line.
        allow_outside: whether the spec may name files outside its folder.

    Raises:
        Refused: the spec; A113 where the network has no such document.
    """
    model = compile_model(source, overrides=overrides, allow_outside=allow_outside)
    write_atomic(output, encode_keras_json(model).encode())


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
