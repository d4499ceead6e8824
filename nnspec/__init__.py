"""nnspec: a compiler and runner for neural networks declared in YAML or JSON.

The Python surface, whole: `load`, `validate`, `compile`, `train`, `resume`, `evaluate`,
`predict`, `export`, `runs`, `compare`.
Importing this module imports neither Keras nor NumPy; each function imports what it needs.
"""

from __future__ import annotations

from nnspec.version import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from typing import Any

    from nnspec.diagnostics import Diagnostic
    from nnspec.judge.output import OutputReport
    from nnspec.pipeline.run import RunResult
    from nnspec.pipeline.runs.compare import Compared
    from nnspec.pipeline.runs.record import Record
    from nnspec.spec.spec import Spec

    Diagnostics = tuple[Diagnostic, ...]

__all__ = [
    "__version__",
    "compare",
    "compile",
    "evaluate",
    "export",
    "load",
    "predict",
    "resume",
    "runs",
    "train",
    "validate",
]


def load(path: str | Path, *, overrides: Sequence[str] = ()) -> Spec:
    """Return a validated spec, for `compile` and `train`.

    Args:
        path: the spec's file.
        overrides: settings that go before the file's, `path=value` each.

    Raises:
        nnspec.diagnostics.Refused: with every finding, if one of them is an error.
    """
    from pathlib import Path

    from nnspec.pipeline.check import check

    return check(Path(path), overrides=overrides).accept()[0]


def validate(spec: str | Path | Spec, *, overrides: Sequence[str] = ()) -> Diagnostics:
    """Return everything that is wrong or doubtful about a spec, in the order of its text.

    Never raises for what the spec holds; an empty tuple means that it is fine.

    Args:
        spec: the spec, or its file.
        overrides: settings that go before the file's, `path=value` each; `load` takes them for
            a spec.
    """
    from nnspec.diagnostics import Refused
    from nnspec.pipeline.check import check_source_of

    try:
        return check_source_of(_source(spec), overrides=overrides).diagnostics
    except Refused as refused:
        return refused.diagnostics


def compile(spec: str | Path | Spec, *, overrides: Sequence[str] = ()) -> Any:  # noqa: A001, ANN401 - the field's verb; a keras.Model
    """Return the `keras.Model` of a spec, compiled for training if the spec says how.

    The data is opened only where the shape of the network's input follows from it.

    Args:
        spec: the spec, or its file.
        overrides: settings that go before the file's, `path=value` each; `load` takes them for
            a spec.

    Raises:
        nnspec.diagnostics.Refused: the spec, or the data it names.
    """
    from nnspec.pipeline.compile import compile_model

    return compile_model(_source(spec), overrides=overrides)


def train(
    spec: str | Path | Spec,
    *,
    overrides: Sequence[str] = (),
    runs: str | Path = "runs",
    name: str | None = None,
    exist_ok: bool = False,
) -> RunResult:
    """Train a spec; return the run's folder and report.

    Args:
        spec: the spec, or its file.
        overrides: settings that go before the file's, `path=value` each; `load` takes them for
            a spec.
        runs: folder of all runs.
        name: the run's name; the spec's, with a number if that is taken, where it is None.
        exist_ok: whether the run of that name, if there is one, is replaced.

    Raises:
        nnspec.diagnostics.Refused: the spec or its data; nothing was written.
        nnspec.diagnostics.RunFailed: the run had begun; what it reached is kept.
        nnspec.diagnostics.GateMissed: the run is complete and a metric missed its gate.
    """
    from pathlib import Path

    from nnspec.pipeline.run import Place, run

    return run(_source(spec), overrides=overrides, place=Place(Path(runs), name, exist_ok))


def resume(
    run: str | Path,
    *,
    spec: str | Path | None = None,
    overrides: Sequence[str] = (),
    allow_changes: bool = False,
) -> RunResult:
    """Go on with a run that was stopped or killed, or let one train for more epochs.

    It ends with the bits of the training that was never stopped. What cannot, begins anew, with a
    warning. A run that is complete, and is asked for nothing more, is returned as it is.

    Args:
        run: the run's folder.
        spec: a spec's file that stands in the place of the run's own.
        overrides: settings that go before those of the spec, such as `training.epochs=200`.
        allow_changes: whether it goes on although spec, data, libraries or machine have changed.

    Raises:
        nnspec.diagnostics.Refused: what has changed, or cannot be had; nothing was written.
        nnspec.diagnostics.RunFailed: the run went on; what it reached is kept.
        nnspec.diagnostics.GateMissed: the run is complete and a metric missed its gate.
    """
    from pathlib import Path

    from nnspec.diagnostics import GateMissed
    from nnspec.pipeline.resume import Asked
    from nnspec.pipeline.resume import resume as go_on
    from nnspec.run.folder import RunFolder

    told: list[Diagnostic] = []
    file = None if spec is None else Path(spec)
    asked = Asked(file, overrides, allow_changes=allow_changes, tell=told.append)
    with RunFolder.open(Path(run), writing=True) as folder:
        result = go_on(folder, asked)
    _warn(tuple(told))
    GateMissed.check(result.missed)
    return result


def evaluate(run: str | Path, data: str | Path | None = None) -> tuple[OutputReport, ...]:
    """Return the figures of a run, computed anew from its weights and data.

    A run that is trained and was stopped before it was judged is completed. The rows of a table
    with its targets, if one is given, are judged in place of the run's own, without baselines.

    Raises:
        nnspec.diagnostics.Refused: the run, or its data, which changed.
        nnspec.diagnostics.GateMissed: the run was completed and a metric missed its gate.
    """
    from pathlib import Path

    from nnspec.diagnostics import GateMissed
    from nnspec.pipeline.finished import evaluate as run_evaluate
    from nnspec.pipeline.finished import evaluate_rows, open_run
    from nnspec.pipeline.new_rows import read_new_rows

    if data is None:
        evaluated = run_evaluate(Path(run))
    else:
        rows = read_new_rows(Path(run), Path(data), with_targets=True)
        evaluated = evaluate_rows(open_run(Path(run)), rows)
    _warn(evaluated.doubts)
    GateMissed.check(evaluated.missed)
    return evaluated.report.outputs


def predict(
    run: str | Path,
    data: str | Path | Sequence[str | Path],
    *,
    keep: Sequence[str] = (),
    output_of: str | None = None,
) -> str:
    """Return a run's predictions for the rows of a table, as CSV text.

    Args:
        run: the run's folder.
        data: the table, or several files of one.
        keep: columns of it, by name or by a pattern with `*`, that stand beside the predictions;
            those that identify rows do so anyway.
        output_of: a layer whose output is written in place of predictions.

    Warns where the run did not complete, of values that the training did not have, and of rows
    that have no prediction.
    """
    from pathlib import Path

    from nnspec.pipeline.finished import predict as run_predict

    several = [data] if isinstance(data, str | Path) else data
    tables = [Path(one) for one in several]
    predicted = run_predict(Path(run), tables, keep=keep, output_of=output_of)
    _warn(predicted.doubts)
    return predicted.content.decode()


def export(run: str | Path, output: str | Path, *, codes: Sequence[str] = ()) -> None:
    """Write the SavedModel of a run to a folder; warn where the run did not complete.

    It is loaded in a fresh process and compared with the run before it is kept.

    Args:
        run: the run's folder.
        output: the folder to write.
        codes: layers that the signature `codes` gives, in place of those that the spec names.
    """
    from pathlib import Path

    from nnspec.pipeline.exports import Wanted, export_run

    _warn(export_run(Path(run), Wanted("savedmodel", Path(output), codes)).doubts)


def runs(folder: str | Path = "runs") -> tuple[Record, ...]:
    """Return what lies in a folder of runs, by name; what is no run says what is wrong with it.

    Args:
        folder: the folder of all runs.

    Raises:
        OSError: the folder cannot be read.
    """
    from pathlib import Path

    from nnspec.pipeline.runs.record import find_records

    return find_records(Path(folder))


def compare(*runs: str | Path) -> Compared:
    """Return what differs between runs: settings, data, versions, seeds, figures.

    Args:
        runs: their folders, two or more.

    Raises:
        nnspec.diagnostics.Refused: one is no run, or its files are not those that it wrote.
    """
    from pathlib import Path

    from nnspec.pipeline.runs.compare import compare as compare_runs

    return compare_runs([Path(one) for one in runs])


def _source(spec: str | Path | Spec) -> Path | Spec:
    from pathlib import Path

    return Path(spec) if isinstance(spec, str) else spec


def _warn(diagnostics: Diagnostics) -> None:
    import warnings

    for one in diagnostics:
        warnings.warn(f"{one.message} [{one.code}]", stacklevel=3)
