"""What has changed since a run began: its spec, its data, the libraries, the machine."""

from collections.abc import Iterator
from dataclasses import dataclass

from nnspec.document import Plain, parse_document, plain, shorten
from nnspec.engine.tensorflow.routes import machine
from nnspec.network.fill import render_spec, written_out
from nnspec.pipeline.opened import Opened
from nnspec.run.manifest import Manifest, versions

COMPUTING = ("keras", "tensorflow", "numpy")
"""Libraries whose versions decide about bits."""
EPOCHS = "training.epochs"
FREE = {EPOCHS, "name"}
"""Settings that may change: how long a training lasts, and what it is called."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What is no longer as it was when a run began.

    Attributes:
        epochs: those that it began with and those that are asked for now; None if alike.
        spec: what differs in the spec, a sentence each.
        data: what differs in the data.
        computed: what differs in libraries and machine.
    """

    epochs: tuple[int, int] | None
    spec: tuple[str, ...] = ()
    data: tuple[str, ...] = ()
    computed: tuple[str, ...] = ()

    @property
    def said(self) -> tuple[str, ...]:
        """Return everything but the epochs, which may change."""
        return (*self.spec, *self.data, *self.computed)

    @property
    def of_a_new_training(self) -> tuple[str, ...]:
        """Return what is of weight for a training that begins anew."""
        return (*self.spec, *self.data)


def changes_since(manifest: Manifest, before: Plain, opened: Opened) -> Changes:
    """Return what has changed since a run began.

    Args:
        manifest: the run's.
        before: the filled spec that it began with; None where it is not known.
        opened: the spec that it is to go on with, and the data as it is now.
    """
    text = render_spec(opened.spec, written_out(opened.network))
    found = dict(differences(before, plain(parse_document(text).root))) if before else {}
    epochs = found.get(EPOCHS)
    spec = tuple(
        f"{name} was {shown(old)} and is {shown(new)}"
        for name, (old, new) in found.items()
        if name not in FREE
    )
    dataset = opened.dataset
    data: tuple[str, ...] = ()
    if manifest.data is not None and dataset.fingerprint != manifest.data:
        changed = f"its SHA-256 was {manifest.data} and is {dataset.fingerprint}"
        data = (f'the data "{dataset.source}" has changed: {changed}',)
    pair = None if epochs is None else (int(str(epochs[0])), int(str(epochs[1])))
    threads = opened.spec.runtime.threads
    return Changes(pair, spec, data, tuple(computed_otherwise(manifest, machine(threads))))


def computed_otherwise(manifest: Manifest, here: str) -> Iterator[str]:
    """Give what differs in libraries and machine, a sentence each."""
    present = versions()
    for name in COMPUTING:
        before, now = manifest.versions.get(name), present.get(name)
        if before and now and before != now:
            yield f"{name} was {before} and is {now}"
    if manifest.machine and manifest.machine != here:
        yield f"the machine was {manifest.machine} and is {here}"


def differences(
    before: Plain, now: Plain, place: str = ""
) -> Iterator[tuple[str, tuple[Plain, Plain]]]:
    """Give the places at which two plain values differ, with both values."""
    if isinstance(before, dict) and isinstance(now, dict):
        for key in dict.fromkeys((*before, *now)):
            inner = f"{place}.{key}" if place else str(key)
            yield from differences(before.get(key), now.get(key), inner)
    elif isinstance(before, list) and isinstance(now, list) and len(before) == len(now):
        for number, pair in enumerate(zip(before, now, strict=True)):
            yield from differences(*pair, f"{place}.{number}")
    elif before != now:
        yield place, (before, now)


def completed(before: Plain, filled: Plain) -> Plain:
    """Return a plain value with the keys that it lacks, as another one has them."""
    if isinstance(before, dict) and isinstance(filled, dict):
        inner = {key: completed(one, filled.get(key)) for key, one in before.items()}
        return inner | {key: one for key, one in filled.items() if key not in before}
    if isinstance(before, list) and isinstance(filled, list) and len(before) == len(filled):
        return [completed(*pair) for pair in zip(before, filled, strict=True)]
    return before


def shown(value: Plain) -> str:
    """Return a value as it stands in a sentence."""
    return "absent" if value is None else shorten(str(value))
