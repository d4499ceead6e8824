"""Differences for programs: one JSON document."""

import json

from nnspec.difference.compare import Difference, LayerChange, Side
from nnspec.difference.entries import Entry
from nnspec.difference.settings import ABSENT, Change
from nnspec.document import Plain

FORMAT = 1
"""Of the document; a key may be added without a new one."""


def encode_difference(difference: Difference) -> str:
    """Return what differs as JSON, two blanks deep."""
    document = {
        "format": FORMAT,
        "equal": difference.equal,
        "before": describe_side(difference.before),
        "after": describe_side(difference.after),
        "layers": [describe_layer(one) for one in difference.layers],
        "layers_as_before": difference.same,
        "settings": [describe_change(one) for one in difference.settings],
    }
    return json.dumps(document, indent=2, ensure_ascii=False)


def describe_side(side: Side) -> dict[str, Plain]:
    """Return what one of the two is."""
    return {"path": side.title, "name": side.spec.name, "parameters": side.parameters}


def describe_layer(change: LayerChange) -> dict[str, Plain]:
    """Return one layer's change."""
    kind = "added" if change.before is None else "removed" if change.after is None else "changed"
    return {
        "change": kind,
        "before": describe_entry(change.before),
        "after": describe_entry(change.after),
        "settings": [describe_change(one) for one in change.settings],
    }


def describe_entry(entry: Entry | None) -> Plain:
    """Return one layer."""
    if entry is None:
        return None
    return {
        "name": entry.name,
        "layer": entry.kind,
        "arguments": None if entry.settings is None else dict(entry.settings),
        "output_shapes": None if entry.shapes is None else list(entry.shapes),
        "parameters": entry.parameters,
    }


def describe_change(change: Change) -> dict[str, Plain]:
    """Return one setting's values; a key is left out where it was not there."""
    found: dict[str, Plain] = {"path": change.path}
    found |= {} if change.before == ABSENT else {"before": change.before}
    return found | ({} if change.after == ABSENT else {"after": change.after})
