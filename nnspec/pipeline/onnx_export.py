"""A finished run to an ONNX file, without TensorFlow and Keras, and held against the run's answers.

The file is written whole, answered from in a process of its own, and put in its place only then.
"""

from contextlib import suppress
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path

from nnspec.build.calibrated import Calibration
from nnspec.build.connections import takes_scores
from nnspec.catalog.layers.competitive import SelfOrganizingMap
from nnspec.data.fit.needs import losses_by_output
from nnspec.diagnostics import Diagnostic, NnspecError, Refused, RunFailed
from nnspec.exchange.write.onnx.back import Back
from nnspec.exchange.write.onnx.front import UnwrittenColumn
from nnspec.exchange.write.onnx.network import Unwritten
from nnspec.exchange.write.onnx.program import Parts, TooLarge, encode_onnx
from nnspec.exchange.write.onnx.weights import read_weights
from nnspec.network.network import Network
from nnspec.pipeline.incomplete import check_weights, doubts_about
from nnspec.pipeline.onnx_parity import Parity, hold_to_run
from nnspec.pipeline.reopened import (
    Reopened,
    read_calibrations,
    read_thresholds,
    reopen_folder,
)
from nnspec.rules.head import find_head
from nnspec.run.atomic import write_atomic
from nnspec.run.folder import RunFolder
from nnspec.run.layout import checkpoint_of
from nnspec.run.manifest import ExportRecord, checksum
from nnspec.spec.spec import Spec
from nnspec.spec.training import HALF

ELSEWHERE = "export to savedmodel, which holds every network"
TOLERANCE = 1e-5
"""Largest difference, relative to the largest magnitude of an answer."""


@dataclass(frozen=True, slots=True)
class Exported:
    """What became of an export.

    Attributes:
        parity: how the file's answers compare with the run's; None: nothing was compared.
        doubts: what is to be said about the run.
    """

    bytes: int
    parity: Parity | None
    doubts: tuple[Diagnostic, ...] = ()

    @property
    def told(self) -> str:
        """Return what became of the export: its size and time, and how it compares."""
        size = f"onnx: {self.bytes:,} bytes"
        if self.parity is None:
            return f"{size}; not compared, as onnxruntime is not installed"
        if self.parity.worst is None:
            return f"{size}; not compared: {self.parity.reason}"
        return (
            f"{size}; {self.parity.milliseconds:.3f} ms a row\n"
            f"  on {self.parity.rows} rows its answers differ by at most "
            f"{self.parity.worst:.1e} (mean {self.parity.mean:.1e}, relative)"
        )


def export_onnx(path: Path, output: Path, *, check: bool = False) -> Exported:
    """Write a run as an ONNX file that takes raw columns by their own names.

    Args:
        path: the run folder.
        output: the file to write.
        check: whether an answer that cannot be compared is an error; it is compared in any case
            where onnxruntime is there.

    Raises:
        Refused: A113 where ONNX cannot hold a column or layer.
        RunFailed: A107 where the file answers otherwise than the run; it was not kept.
    """
    folder = RunFolder.open(path)
    check_weights(folder)
    found = reopen_folder(folder)
    content = encode_run(folder, found)
    parity = None
    if check or find_spec("onnxruntime"):
        parity = hold_to_run(content, folder, found)
        check_answers(parity, output, asked=check)
    write_atomic(output, content)
    if parity is not None and parity.worst is not None:
        _keep(folder, content, parity)
    return Exported(len(content), parity, doubts_about(folder))


def _keep(folder: RunFolder, content: bytes, parity: Parity) -> None:
    """Put what was found into the manifest of a complete run, where that can be written to."""
    if folder.manifest.status != "complete":
        return
    worst = parity.worst or 0.0
    record = ExportRecord(checksum(content), len(content), parity.rows, worst, parity.mean)
    with suppress(NnspecError, OSError), RunFolder.open(folder.path, writing=True) as held:
        exports = {**held.manifest.exports, "onnx": record}
        held.update(replace(held.manifest, exports=exports))


def encode_run(folder: RunFolder, found: Reopened) -> bytes:
    """Return the ONNX file of a run.

    Raises:
        Refused: A113 with the column or layer that it cannot hold, and why.
    """
    _check_policy(found.spec)
    weights = read_weights(folder.read(checkpoint_of("last")))
    backs = _backs(folder, found)
    parts = Parts(found.spec.name, found.fitted, found.network, weights, backs)
    try:
        return encode_onnx(parts)
    except Unwritten as cause:
        raise _refused_layer(cause, found.spec) from cause
    except UnwrittenColumn as cause:
        message = f'ONNX cannot hold the column "{cause.column}": {cause.reason}'
        place = found.spec.positions.find(("data", "columns", cause.column))
        hint = cause.hint or ELSEWHERE
        raise Refused([Diagnostic("A113", message, place, hint, file=found.spec.file)]) from cause
    except TooLarge as cause:
        message = f"an ONNX file of one part holds 2 GB; this one would have {cause}"
        raise Refused([Diagnostic("A113", message, hint=ELSEWHERE)]) from cause


def _refused_layer(cause: Unwritten, spec: Spec) -> Refused:
    """Return the refusal of a layer, at its place in the run's spec."""
    node = cause.node
    kind = node.layer.keras_name if node.layer else "layer"
    message = f'ONNX cannot hold {kind} "{node.name}": {cause.reason}'
    hint = cause.hint or ELSEWHERE
    return Refused([Diagnostic("A113", message, node.node.origin.head, hint, file=spec.file)])


def _check_policy(spec: Spec) -> None:
    """Refuse a run that computes in another type than single precision (A113)."""
    policy = spec.runtime.dtype_policy
    if policy == "float32":
        return
    message = f"the run computes in {policy}; an ONNX file is written in float32"
    place = spec.positions.find(("runtime", "dtype_policy"))
    raise Refused([Diagnostic("A113", message, place, ELSEWHERE, file=spec.file)])


def _backs(folder: RunFolder, found: Reopened) -> dict[str, Back]:
    """Return how each trained output answers."""
    spec, network, fitted = found.spec, found.network, found.fitted
    assert spec.training is not None, "what was trained says how"
    outputs = {one.name: one for one in network.graph.outputs}
    columns = _map_columns(network)
    if columns:
        return {name: Back(fitted.targets[name], columns=columns) for name in outputs}
    thresholds, calibrations = read_thresholds(folder), read_calibrations(folder)
    return {
        name: Back(
            fitted.targets[name],
            takes_scores(loss, find_head(network, outputs[name])),
            thresholds.get(name, (HALF,)),
            calibrations.get(name, Calibration()),
        )
        for name, loss in losses_by_output(spec.training, tuple(outputs)).items()
        if name in outputs
    }


def _map_columns(network: Network) -> int:
    """Return the columns of the map that a network ends with; 0 where it ends with none."""
    last = network.nodes[-1].layer
    return last.sides[1] if isinstance(last, SelfOrganizingMap) else 0


def check_answers(parity: Parity, output: Path, *, asked: bool) -> None:
    """Refuse a file that answers otherwise than the run, or whose answers nothing is told of."""
    if parity.worst is not None and parity.worst > TOLERANCE:
        message = (
            f'the written ONNX file answers "{parity.column}" otherwise than the run on '
            f"{parity.rows} rows: relative difference {parity.worst:.2g}, at most {TOLERANCE:g} "
            "allowed; the export was not kept"
        )
        raise RunFailed([Diagnostic("A107", message, file=str(output))])
    if parity.labels:
        message = (
            f'the written ONNX file answers "{parity.column}" otherwise than the run: '
            f"{parity.labels} of {parity.rows} labels differ; the export was not kept"
        )
        raise RunFailed([Diagnostic("A107", message, file=str(output))])
    if asked and parity.worst is None:
        message = f"the file's answers cannot be compared with the run's: {parity.reason}"
        raise Refused([Diagnostic("A113", message, hint="leave --check out", file=str(output))])
