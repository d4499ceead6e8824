"""A team's own rules: a JSON Schema over the filled spec, its violations at the spec's lines.

The filled spec (what `nnspec render` prints) has every default written out, so that a policy can
ask for what nobody wrote. What is not written is shown at the nearest value around it that is.
"""

import json
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path as FilePath
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError, ValidationError
from jsonschema.protocols import Validator
from jsonschema.validators import extend, validator_for
from referencing import Registry
from referencing.exceptions import Unresolvable

from nnspec.diagnostics import Diagnostic, Path, Span
from nnspec.document import Document, shorten
from nnspec.document.file import read_file
from nnspec.network.fill import fill_spec
from nnspec.network.network import Network, ResolvedNode
from nnspec.spec.spec import Spec

POLICY_BYTES = 4 * 2**20
LAYER = 3
"""Steps down to one layer of the filled spec: model, layers, its number."""
MOST_STEPS = 50_000
"""Keywords that may be applied to one spec, half a second's work: alternatives within alternatives,
or references in a circle, can double with each level."""
SHOWN = 160
"""Characters of a violation that a message holds."""


Keyword = Callable[..., "Iterator[ValidationError] | None"]
"""What jsonschema applies for one keyword."""


class UnusablePolicy(Exception):
    """The policy cannot be applied; says why in one line."""


def read_policy(path: FilePath) -> Validator:
    """Return the validator of a policy's schema; it never opens what the schema refers to.

    Raises:
        UnusablePolicy: the file cannot be read, or is no JSON Schema.
    """
    schema = read_schema(path)
    try:
        kind = validator_for(schema, default=Draft202012Validator)
        kind.check_schema(schema)
    except SchemaError as error:
        message = f"{path} is no JSON Schema: {shorten(error.message, SHOWN)} at {error.json_path}"
        raise UnusablePolicy(message) from error
    except (ValueError, RecursionError) as error:
        message = f"{path} is no JSON Schema: {shorten(str(error), SHOWN)}"
        raise UnusablePolicy(message) from error
    # Without its name, a part that refers to the whole is read by the same kind of validator.
    body = {name: value for name, value in schema.items() if name != "$schema"}
    return kind(body, registry=Registry())


def read_schema(path: FilePath) -> dict[str, object]:
    """Return the mapping that a policy's file holds.

    Raises:
        UnusablePolicy: it holds none.
    """
    try:
        schema = json.loads(read_file(path, POLICY_BYTES))
    except OSError as error:
        message = f"cannot read {shorten(str(path), SHOWN)}: {error.strerror or error}"
        raise UnusablePolicy(message) from error
    except (ValueError, RecursionError) as error:
        message = f"{path} is not JSON: {error}"
        raise UnusablePolicy(message) from error
    if not isinstance(schema, dict):
        message = f"{path} is no JSON Schema: it holds no mapping"
        raise UnusablePolicy(message)
    if not isinstance(schema.get("$schema", ""), str):
        message = f"{path} is no JSON Schema: $schema must name one, as text"
        raise UnusablePolicy(message)
    return schema


def apply_policy(
    validator: Validator, spec: Spec, network: Network, document: Document
) -> tuple[Diagnostic, ...]:
    """Return what the filled spec violates.

    Raises:
        UnusablePolicy: the schema refers to another one, which is not opened, or takes too long.
    """
    bounded = counted(type(validator))(validator.schema, registry=Registry())
    filled = json.loads(json.dumps(fill_spec(spec, network)))
    found: dict[tuple[str, Span | None], Diagnostic] = {}
    try:
        for error in leaves(bounded.iter_errors(filled)):
            path: Path = tuple(error.absolute_path)
            span = locate(path, spec, network) or top(document)
            message = say(path, error)
            hint = describe(error)
            finding = Diagnostic("C101", message, span, hint, path=path, file=spec.file)
            found.setdefault((message, span), finding)
    except Unresolvable as error:
        message = f"the policy refers to {error.ref}, which is not in it; nothing else is opened"
        raise UnusablePolicy(message) from error
    except RecursionError as error:
        message = "the policy refers to itself without an end"
        raise UnusablePolicy(message) from error
    except (ArithmeticError, ValueError) as error:
        # A multiple of NaN, say: JSON Schema's own schema lets it pass.
        message = f"the policy cannot be applied: {shorten(str(error), SHOWN)}"
        raise UnusablePolicy(message) from error
    return tuple(found.values())


def counted(kind: type[Validator]) -> type[Validator]:
    """Return a kind of validator that gives up after so many keywords, applied to one value."""
    steps = count(1)

    def bounded(keyword: Keyword) -> Keyword:
        def apply(*given: Any) -> Iterator[ValidationError]:  # noqa: ANN401 - what keywords take
            if next(steps) > MOST_STEPS:
                message = f"the policy takes more than {MOST_STEPS:,} steps: simplify alternatives"
                raise UnusablePolicy(message)
            yield from keyword(*given) or ()

        return apply

    keywords = {name: bounded(keyword) for name, keyword in kind.VALIDATORS.items()}
    made: type[Validator] = extend(kind, keywords)  # type: ignore[no-untyped-call] # its own say
    return made


def leaves(errors: Iterator[ValidationError]) -> Iterator[ValidationError]:
    """Give what is at fault itself: of a choice of schemas, the choice as a whole."""
    for error in errors:
        if error.validator in {"allOf", "$ref"} and error.context:
            yield from leaves(iter(error.context))
        else:
            yield error


def say(path: Path, error: ValidationError) -> str:
    """Return what was found and what the policy expects, with the place in the filled spec."""
    where = ".".join(map(str, path)) or "the spec"
    value, expected = error.instance, error.validator_value
    shown = shorten(json.dumps(value), SHOWN)
    match error.validator:
        case "const":
            said = f"must be {shorten(json.dumps(expected), SHOWN)}; got {shown}"
        case "enum":
            said = f"must be one of {shorten(json.dumps(expected), SHOWN)}; got {shown}"
        case "maximum" | "minimum":
            bound = "at most" if error.validator == "maximum" else "at least"
            said = f"must be {bound} {expected}; got {shown}"
        case "required":
            said = f"needs {shorten(error.message.split(' is a required')[0], SHOWN)}"
        case _:
            said = f"is against the rule: {shorten(error.message, SHOWN)}"
    return f"{where} {said}"


def describe(error: ValidationError) -> str | None:
    """Return the words that the policy has for its rule."""
    schema = error.schema
    words = schema.get("description") if isinstance(schema, dict) else None
    return f"policy: {shorten(words, SHOWN)}" if isinstance(words, str) else None


def locate(path: Path, spec: Spec, network: Network) -> Span | None:
    """Return the place of a value of the filled spec, or of the nearest one around it."""
    if path[:2] == ("model", "layers") and len(path) >= LAYER:
        written = [node for node in network.nodes if not node.node.implied]
        return locate_layer(written[int(path[2])], path[LAYER:])
    here: Path = ()
    for step in path:
        # An object's name is a step of the filled spec and none of the positions.
        if (*here, step) in spec.positions.spans:
            here = (*here, step)
    return spec.positions.find(here)


def locate_layer(node: ResolvedNode, path: Path) -> Span:
    """Return the place of a layer's argument or wiring, of its key where that is not written."""
    origin = node.node.origin
    names = [str(step) for step in path[:2]]
    for name in reversed(names):
        if name in origin.arguments:
            return origin.arguments[name]
        if name in origin.wiring:
            return origin.wiring[name]
    return origin.head


def top(document: Document) -> Span:
    """Return the first key of the spec, which stands for the whole."""
    first = next(iter(document.root), None)
    return first.key if first else document.root.span
