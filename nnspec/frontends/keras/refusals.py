"""What Keras' documents say and a spec has no place for, by layer, with what to write; floor 4.

A document is one long line, mostly, so that a finding names the layer, and not its place alone.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from nnspec.catalog.layer import Layer
from nnspec.diagnostics import Findings, Related, Span
from nnspec.document import Entry, kind_of, plain, shorten
from nnspec.document import Mapping as MappingNode
from nnspec.frontends.keras.calls import Call
from nnspec.frontends.keras.masks import Masks
from nnspec.frontends.keras.rewrites import explain

MASKED = (
    "Masking, and Embedding with mask_zero, make masks by themselves; use_causal_mask is an "
    "argument of attention"
)
WRITE: Mapping[str, str] = {
    "S101": "make the layer without it in Keras, and write the model's to_json() anew",
    "S106": "name one of Keras' own: nnspec explain lists them",
}
"""What to write where an argument is refused and nothing else is said."""
SHOWN = 5
"""Names that one finding lists."""


@dataclass(slots=True)
class Uncomputed:
    """The operations of a model that no layers compute: one finding in all.

    Attributes:
        found: name and place of each, what it is, and what to write instead.
    """

    found: list[tuple[str, Span, str, str]] = field(default_factory=list)

    def add(self, name: str, span: Span, node: MappingNode) -> None:
        """Note one of them."""
        self.found.append((name, span, *explain(node)))

    def report(self, findings: Findings) -> None:
        """Record them, if there are any."""
        if not self.found:
            return
        (name, span, told, hint), *others = self.found
        message = f"{name} {told}"
        if others:
            listed = ", ".join(one[0] for one in others[:SHOWN])
            more = f" and {len(others) - SHOWN} more" if len(others) > SHOWN else ""
            message += f"; nor does one compute {listed}{more}"
        related = tuple(Related(f"{one[0]} {one[2]}", one[1]) for one in others[:SHOWN])
        findings.add("S106", message, span, hint=hint, related=related)


def refuse_masks(name: str, call: Call, masks: Masks, findings: Findings) -> bool:
    """Return whether a call takes a mask that does not follow from the layers before; record it."""
    foreign = [one for one in call.masks if not masks.follows(one, call)]
    if call.given_masks:
        listed = " and ".join(sorted(call.given_masks))
        message = f"{name} is given {listed}, for which a spec has no place"
        findings.add("S106", message, call.span, hint=MASKED)
    elif foreign:
        message = f"{name} takes a mask that was computed by hand"
        findings.add("S106", message, foreign[0].span, hint=MASKED)
    return bool(foreign or call.given_masks)


def refuse_tensors(name: str, call: Call, layer: Layer, findings: Findings) -> bool:
    """Return whether a call names a tensor that the layer has no place for here; record it."""
    known = {*layer.inputs, *(f"{one}s" for one in layer.inputs)}
    foreign = [one for one in call.named if one not in known]
    if not foreign or layer.variadic:
        return False
    span = call.named[foreign[0]][0].span
    listed = " and ".join(sorted(foreign))
    message = f"{name} is given {listed}, for which a spec has no place"
    findings.add("S106", message, span, hint=f"it takes {', '.join(layer.inputs)}")
    return True


def settings_of(name: str, calls: Iterable[Call], kind: type, findings: Findings) -> list[Entry]:
    """Return what is given to calls and is an argument of the layer here; record the rest."""
    found: dict[str, Entry] = {}
    for call in calls:
        for key, node in call.settings.items():
            if key in getattr(kind, "additions", {}):
                found.setdefault(key, Entry(key, node.span, node))
            elif plain(node) is not False:
                message = f"{name} is called with {key}: {kind_of(node)}"
                hint = "a spec has no place for it: call the layer without it"
                findings.add("S106", message, node.span, hint=hint)
    return list(found.values())


def name_layer(name: str, findings: Findings, since: int) -> None:
    """Say in findings about a layer's arguments which layer they are of.

    Args:
        name: the layer's name.
        findings: all of them.
        since: how many there were before this layer.
    """
    for place, one in enumerate(findings.diagnostics[since:], start=since):
        if name not in one.message:
            told = f"{one.message} (layer {shorten(name)!r})"
            hint = one.hint or WRITE.get(one.code)
            findings.diagnostics[place] = replace(one, message=told, hint=hint)
