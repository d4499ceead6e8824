"""A spec, or a finished run, to a file that other programs read."""

from collections.abc import Sequence
from os.path import isdir
from pathlib import Path

from nnspec.diagnostics import Diagnostic
from nnspec.exchange.write.keras_json import encode_keras_json
from nnspec.pipeline.compile import compile_model
from nnspec.pipeline.finished import open_run
from nnspec.run.atomic import write_atomic


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
