"""What feeds a layer, in the order of its inputs; a wrong number of them is recorded."""

from nnspec.catalog.layer import Layer
from nnspec.diagnostics import Findings
from nnspec.document import shorten
from nnspec.language.near_names import suggest, suggest_given
from nnspec.spec.model import LayerUse, Wire


def arrange_inputs(use: LayerUse, inputs: tuple[str, ...], findings: Findings) -> tuple[Wire, ...]:
    """Return what feeds a model within, in the order of its inputs (G202 if it does not fit)."""
    span = use.origin.wiring.get("inputs", use.origin.head)
    wires, names = use.wires, [wire.parameter for wire in use.wires]
    if any(names):
        unknown = [wire for wire in wires if wire.parameter not in inputs]
        for wire in unknown:
            message = f"{use.name} takes no input called {shorten(wire.parameter or '?')!r}"
            findings.add(
                "S101", message, wire.span, hint=suggest_given(wire.parameter or "", inputs)
            )
        known = [wire for wire in wires if wire not in unknown]
        wires = tuple(sorted(known, key=lambda wire: inputs.index(wire.parameter or "")))
        if unknown:
            return (*wires, *unknown)
    if len(wires) != len(inputs) or len({*names} - {None}) not in (0, len(inputs)):
        message = f"{use.name} takes {len(inputs)} input(s): {', '.join(inputs)}; got {len(wires)}"
        findings.add("G202", message, span, hint=f"inputs: [{', '.join(inputs)}]")
    return wires


def arrange(use: LayerUse, layer: Layer, findings: Findings) -> tuple[Wire, ...]:
    """Return a layer's wires in the order of its inputs; a wrong number of them is recorded."""
    wires = use.wires
    before = len(findings.diagnostics)
    if any(wire.parameter for wire in wires):
        wires = by_parameter(use, layer, findings)
    if before < len(findings.diagnostics):
        return wires
    count = len(wires)
    span = use.origin.wiring.get("inputs", use.origin.head)
    kind, least = layer.keras_name, layer.variadic or layer.required
    most = None if layer.variadic or layer.gathers else len(layer.inputs)
    if count < least:
        message = f"{kind} needs at least {least} inputs; got {count}"
        given = [*(wire.written for wire in wires), *["NAME"] * (least - count)]
        findings.add("G202", message, span, hint=f"inputs: [{', '.join(given)}]")
    elif most is not None and count > most:
        takes = f"{most} input" if most == 1 else f"at most {most} inputs"
        message = f"{kind} takes {takes if most else 'no input'}; got {count}"
        hint = "merge them first, with Concatenate or Add" if most == 1 else None
        findings.add("G202", message, span, hint=hint)
    return wires


def by_parameter(use: LayerUse, layer: Layer, findings: Findings) -> tuple[Wire, ...]:
    """Return wires given by the names of `call`'s parameters, in the order of these."""
    lost: list[Wire] = []
    groups: dict[str, list[Wire]] = {name: [] for name in layer.inputs}
    for wire in use.wires:
        given = wire.parameter or layer.inputs[0]
        name = given if given in groups else f"{given}s"
        if name not in groups:
            message = f"{layer.keras_name} takes no input called {shorten(given)!r}"
            hint = suggest(given, layer.inputs) or None
            if len(layer.inputs) == 1:
                hint = f"write inputs: {wire.source}"
            findings.add("S101", message, wire.span, hint=hint)
            lost.append(wire)
            continue
        groups[name].append(wire)
    given_names = [name for name, wires in groups.items() if wires]
    absent = [name for name in layer.inputs[: len(given_names)] if not groups[name]]
    if absent and not lost:
        message = f"{layer.keras_name} needs {absent[0]} before {given_names[-1]}"
        findings.add("G202", message, use.origin.head, hint=f"add {absent[0]}: NAME to inputs")
    return (*(wire for wires in groups.values() for wire in wires), *lost)
