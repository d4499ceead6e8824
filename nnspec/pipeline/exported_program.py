"""A run's program in Keras' own names: written, started without this package, and compared.

Its weights are its own to train. So what is compared are the rows that it reads and prepares, and
what its network answers to them with its first weights.
"""

from os import getpid
from pathlib import Path

import numpy as np

from nnspec.build.program import build_program
from nnspec.diagnostics import Diagnostic, RunFailed
from nnspec.engine import predict
from nnspec.exchange.parity import compare, tolerance_of
from nnspec.exchange.reload import Job, Reader, reload
from nnspec.pipeline.exchanged import export_python
from nnspec.pipeline.finished import open_run
from nnspec.pipeline.opened import read_data
from nnspec.pipeline.parity_rows import Compared, keep
from nnspec.run.atomic import discard, write_atomic
from nnspec.run.manifest import checksum
from nnspec.run.signals import SIGNALS

FORM: Reader = "python"
MOST_ROWS = 1000
"""Training rows that answers are compared on, at most."""
BESIDE = "compared with its first weights, on training rows as it reads and prepares them"


def export_program(source: Path, output: Path) -> Compared:
    """Write the program of a run; start it, up to its training, and compare it.

    Args:
        source: the run's folder.
        output: the file to write; the program finds its data from there.

    Raises:
        Refused: the run; A113 with all that no such program says.
        RunFailed: A107 where it begins with other rows or weights; it was not kept.
    """
    staged = output.with_name(f".{output.stem}.{getpid()}.tmp.py")
    with SIGNALS.waiting(lambda: discard(staged)):
        try:
            doubts = export_python(source, staged)
            content = staged.read_bytes()
            found = hold_program(source, staged, content)
        finally:
            discard(staged)
    write_atomic(output, content)
    run = open_run(source)
    keep(run.folder, found)
    return Compared(
        FORM,
        found.bytes,
        found.sha256,
        found.parity,
        found.milliseconds,
        rows=found.rows,
        beside=BESIDE,
        doubts=doubts,
    )


def hold_program(source: Path, path: Path, content: bytes) -> Compared:
    """Return how a written program begins, beside the run.

    Raises:
        RunFailed: A107 where it begins otherwise.
    """
    run = open_run(source)
    dataset = read_data(run.spec, run.network, allow_outside=True)
    first = build_program(run.spec, run.network, dataset.fitted)
    rows = dataset.splits["train"].features.take(slice(0, MOST_ROWS))
    outputs = predict(first.core, first.features(rows))
    expected = {str(place): outputs[name] for place, name in enumerate(first.core.output_names)}
    found = reload(Job(FORM, path, {"rows": np.asarray(rows.rows)}))
    parity = compare(first, expected, found.values)
    differing = parity.differs(tolerance_of(first.core))
    if differing is not None:
        message = (
            f"the written program begins otherwise than the run on {parity.rows} training rows: "
            f"{differing}; it was not kept"
        )
        raise RunFailed([Diagnostic("A107", message, file=str(path))])
    took = 1000 * found.seconds / max(1, parity.rows)
    return Compared(FORM, len(content), checksum(content), parity, took, rows="train")
