"""Room on the disk: what a run will write at the least, against what may be written there.

Looked at before the first step, so that no training is lost to a disk that was full before it.
"""

from collections.abc import Mapping
from pathlib import Path

from nnspec.diagnostics import Refused
from nnspec.network.memory import measure_step
from nnspec.network.network import Network
from nnspec.run.atomic import file_limit, free_bytes, no_space, too_large
from nnspec.run.layout import CHECKPOINTS
from nnspec.run.manifest import Artefact
from nnspec.spec.spec import Spec

REST = 256 * 2**10
"""Bytes of spec, report, page and graph of the smallest runs."""
FILE = 64 * 2**10
"""Bytes of the largest of these."""


def check_room(
    spec: Spec, network: Network, folder: Path, held: Mapping[str, Artefact] | None = None
) -> None:
    """Refuse a run that cannot be written whole.

    Counted are the checkpoints of the best and the last weights, two states and a third that takes
    the place of one, and the weights in the SavedModel; nothing that may turn out smaller.

    Args:
        spec: says how the network is trained, and what is exported.
        network: its shapes.
        folder: where the run lies, or will lie.
        held: the files that it has already.

    Raises:
        Refused: A104 where the disk lacks room, A125 where no file may be as large; nothing was
            written.
    """
    assert spec.training is not None
    step = measure_step(spec, network)
    slots = 0 if spec.training.rule is not None else spec.training.optimizer.slots
    weights = step.weights * step.weight_bytes
    state = weights + step.trainable * slots * step.weight_bytes
    exported = weights if "savedmodel" in spec.export.formats else 0
    there = sum(one.bytes for one in (held or {}).values())
    needed = REST + 2 * weights + 3 * state + exported - there
    if needed > free_bytes(folder):
        raise Refused([no_space(folder, needed)])
    limit = file_limit()
    if limit is not None and max(state, FILE) > limit:
        raise Refused([too_large(folder / CHECKPOINTS, max(state, FILE))])
