"""A part of a finished run: where trained layers come from that begin another network."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from nnspec.document import Document
from nnspec.shapes import Tensor


@dataclass(frozen=True, slots=True)
class Part:
    """The layers of a run from its input to one of them, with their weights.

    Attributes:
        run: the run's folder as the spec names it.
        path: that folder.
        layer: name of the layer whose output leaves the part.
        input: name of the run's input that enters it.
        sha256: checksum of the run's weights.
    """

    run: str
    path: Path
    layer: str
    input: str
    sha256: str


@dataclass(frozen=True, slots=True)
class StoredRun:
    """What a finished run says of its network.

    Attributes:
        document: its filled spec.
        inputs: what its data gives to each input.
        sha256: checksum of its weights.
    """

    document: Document
    inputs: Mapping[str, Tensor]
    sha256: str


OpenRun = Callable[[Path], StoredRun]
"""Opens the folder of a run; raises Refused where it is none, is damaged or not complete."""
