"""The `model:` and `blocks:` sections to definitions: lists of layers, and what stands beside one.

Names of blocks are the writer's own. So a list of layers has two definitions: a strict one for a
spec without blocks, and one that takes any further name for a spec that has them.
"""

from collections.abc import Iterable

from nnspec.catalog.base import CatalogObject
from nnspec.catalog.prose import class_prose
from nnspec.catalog.ranked import RANKED, SHORT
from nnspec.frontends.keras.tree import MODELS
from nnspec.frontends.nnspec_1.blocks import SUBMODEL
from nnspec.frontends.nnspec_1.items import LAYER_NAME
from nnspec.language.limits import MOST_REPETITIONS
from nnspec.schema.families import (
    EXAMPLES,
    Kinds,
    describe_keras_form,
    describe_names,
    describe_value,
)
from nnspec.schema.fields import describe_arguments, required_fields
from nnspec.schema.values import VARIABLE, Schema, admit_variable, by_type, refer

NAME = LAYER_NAME.pattern
NAMES: Schema = {"type": ["string", "array"], "items": {"type": ["string", "array"]}}
WIRING: dict[str, Schema] = {
    "name": {
        "description": "Name of the layer, by which `inputs`, `outputs` and `use` refer to it.",
        "type": "string",
        "pattern": rf"^({NAME}|\$[^$].*)$",
    },
    "inputs": {
        "description": "What the layer takes instead of the layer before: a name, a list of "
        "names in the order of Keras' call, or a mapping by its parameter names.",
        **NAMES,
        "type": ["string", "array", "object"],
        "additionalProperties": NAMES,
    },
    "repeat": {
        "description": "How many such layers follow each other, each with its own weights.",
        **admit_variable({"type": "integer", "minimum": 1, "maximum": MOST_REPETITIONS}),
    },
    "each": {
        "description": "One list per argument, all of one length: a layer per position.",
        "type": ["object", "string"],
        "pattern": VARIABLE,
        "minProperties": 1,
        "additionalProperties": admit_variable({"type": "array", "minItems": 1}),
    },
    "use": {
        "description": "Name of an earlier layer that is applied again, with the same weights; or "
        "a part of a finished run: its layers up to one, with their trained weights.",
        "type": ["string", "object"],
        "properties": {
            "run": {
                "description": "Folder of a finished run, relative to the spec.",
                "type": "string",
                "minLength": 1,
                "examples": ["runs/autoencoder"],
            },
            "layer": {
                "description": "Layer of that run at which the part ends.",
                "type": "string",
                "minLength": 1,
                "examples": ["code"],
            },
            "trainable": admit_variable(
                {
                    "description": "Whether training changes its weights further.",
                    "type": "boolean",
                    "default": True,
                }
            ),
        },
        "required": ["run", "layer"],
        "additionalProperties": False,
    },
    "within": {
        "description": "Names of the block uses that the layer belongs to, as `render` writes it.",
        "type": "string",
    },
}


def define_network(layers: Kinds) -> dict[str, Schema]:
    """Return the definitions of model, blocks and lists of layers.

    Args:
        layers: class of each layer by name and alias.
    """
    names = {**layers, **{short: layers[name] for short, name in SHORT.items() if name in layers}}
    ranked = {short: members_of(short, layers) for short in RANKED}
    defined = {f"ranked.{short}": describe_ranked(kinds) for short, kinds in ranked.items()}
    for blocks in (False, True):
        suffix = ".with_blocks" if blocks else ""
        defined |= define_entry(f"entry{suffix}", names, ranked, blocks=blocks)
        defined[f"model{suffix}"] = describe_model(f"entry{suffix}")
        defined[f"submodel{suffix}"] = describe_submodel(f"entry{suffix}")
    defined["block"] = describe_block()
    return defined | define_keys(names, ranked, names_alone(names, ranked))


def names_alone(names: Kinds, ranked: dict[str, list[type[CatalogObject]]]) -> list[str]:
    """Return the names that need no arguments."""
    alone: list[str] = describe_names(names)["enum"]
    return alone + [short for short, kinds in ranked.items() if not required_by_all(kinds)]


def members_of(short: str, layers: Kinds) -> list[type[CatalogObject]]:
    """Return the layers that a short name may become."""
    return [layers[name] for name in RANKED[short].values() if name in layers]


def describe_model(layers: str) -> Schema:
    """Return the schema of a network: layers and outputs, a file, or a document of Keras."""
    document = describe_keras_form(MODELS)
    document["properties"]["compile_config"] = {
        "description": "How Keras compiled the model; here the training section says it."
    }
    return {
        "description": "The network: layers in order; each takes the one before it.",
        "type": ["array", "object"],
        "if": {"type": "object", "required": ["class_name"]},
        "then": document,
        "else": {
            "if": {"type": "object", "required": ["file"]},
            "then": {
                "properties": {"file": describe_file(), "weights": describe_weights()},
                "required": ["file"],
                "additionalProperties": False,
            },
            "else": describe_list(
                layers, {"outputs": describe_outputs(), "weights": describe_weights()}
            ),
        },
    }


def describe_submodel(layers: str) -> Schema:
    """Return the schema of a model within a model."""
    further: dict[str, Schema] = {
        "inputs": {
            "description": "Names, inside, of the tensors it is given, where no Input layers say "
            "them; input if absent.",
            **NAMES,
        },
        "outputs": describe_outputs(),
        "trainable": admit_variable(
            {
                "description": "Whether training changes its weights.",
                "type": "boolean",
                "default": True,
            }
        ),
        "file": describe_file(),
    }
    described = describe_list(layers, further)
    either = [has_key("layers"), has_key("file")]
    return {
        **described,
        "description": "A model within the model: one layer, whose layers' names are its own.",
        "required": [],
        "if": {"type": "object"},
        "then": {"oneOf": either},
    }


def describe_outputs() -> Schema:
    """Return the schema of the list of outputs."""
    return {
        "description": "Names of the layers that are the network's outputs; "
        "the last layer if absent.",
        **NAMES,
    }


def describe_file() -> Schema:
    """Return the schema of a path to a model."""
    return {
        "description": "Path of a model, relative to the spec: the JSON or YAML of any Keras, or a "
        "file that holds the weights, too (.keras, .h5), with which the network then begins.",
        "type": "string",
        "minLength": 1,
        "examples": ["model.json"],
    }


def describe_weights() -> Schema:
    """Return the schema of a path to weights."""
    return {
        "description": "Path of a file, relative to the spec, with whose weights the layers of the "
        "same names begin: .keras, .h5, .hdf5 or .weights.h5, of any Keras.",
        "type": "string",
        "minLength": 1,
        "examples": ["model.weights.h5"],
    }


def describe_list(layers: str, further: dict[str, Schema]) -> Schema:
    """Return the schema of a list of layers, or of a mapping of it and further settings."""
    return {
        "type": ["array", "object"],
        "minItems": 1,
        "items": refer(layers),
        "properties": {
            "layers": {
                "description": "Layers in order.",
                "type": "array",
                "minItems": 1,
                "items": refer(layers),
            },
            **further,
        },
        "required": ["layers"],
        "additionalProperties": False,
    }


def describe_block() -> Schema:
    """Return the schema of a block: a list of layers, or one with parameters and ends."""
    parameter: Schema = {
        "type": ["string", "object"],
        "minProperties": 1,
        "maxProperties": 1,
    }
    further: dict[str, Schema] = {
        "parameters": {
            "description": "Names that a use gives values to; a name and its default, each.",
            "type": "array",
            "items": parameter,
            "examples": [["filters", {"stride": 1}]],
        },
        "inputs": {"description": "Names, inside, of the tensors it is given.", **NAMES},
        "outputs": {"description": "Names, inside, of what leaves it.", **NAMES},
    }
    return {
        "description": "A sub-graph with parameters, used like a layer.",
        **describe_list("entry.with_blocks", further),
    }


def define_entry(
    entry: str, names: Kinds, ranked: dict[str, list[type[CatalogObject]]], *, blocks: bool
) -> dict[str, Schema]:
    """Return the definitions of one entry of a list of layers: as a name, with keys, as either."""
    alone = names_alone(names, ranked)
    heads = [*names, *ranked, SUBMODEL]
    incomplete = [name for name in heads if name not in alone]
    # The first alternative is what editors report: a layer's name is right, and not enough.
    wanting = {"type": "string", "pattern": f"^({'|'.join(incomplete)})$"}
    needing: Schema = {"if": wanting, "then": {"type": "object"}}
    enough = refer("layer.alone")
    text: list[Schema] = [{**needing, "else": enough}, enough, refer("variable")]
    if blocks:
        text.append({"type": "string", "pattern": f"^{NAME}$"})
    return {
        f"{entry}.name": {"anyOf": text},
        f"{entry}.object": {
            "type": "object",
            "if": {"type": "object", "required": ["class_name"]},
            "then": describe_keras_entry([*names, *MODELS]),
            "else": describe_layer(names, ranked, blocks=blocks),
        },
        entry: {
            "examples": list(EXAMPLES["layers"]),
            "anyOf": by_type(["object"], refer(f"{entry}.object"), [refer(f"{entry}.name")]),
        },
    }


def describe_layer(
    names: Kinds,
    ranked: dict[str, list[type[CatalogObject]]],
    *,
    blocks: bool,
) -> Schema:
    """Return the schema of a layer with its keys: one names it, the others stand beside.

    That there is one is asked apart from which it is, so that editors say what is wrong. Required
    arguments are asked apart too: `each` may give them instead.
    """
    heads = [*names, *ranked, SUBMODEL]
    known = {"propertyNames": {"enum": [*WIRING, *heads]}}
    once = {"oneOf": [refer("layer.once"), {"not": known}]}
    single: Schema = {
        "if": {"propertyNames": {"not": {"enum": list(WIRING)}} if blocks else {"enum": heads}},
        "then": {"type": "object", "minProperties": 1, "maxProperties": 1},
        "else": once if blocks else {"if": known, "then": refer("layer.once")},
    }
    return {
        "type": "object",
        **describe_mapping(names, ranked, blocks=blocks),
        "if": {"required": ["each"]},
        "then": {"properties": {"repeat": False}},
        "else": refer("layer.complete"),
        "allOf": [single],
    }


def define_keys(
    names: Kinds, ranked: dict[str, list[type[CatalogObject]]], alone: list[str]
) -> dict[str, Schema]:
    """Return the definitions of having one layer's key, and behind it all that it must be given."""
    heads = [*names, *ranked, SUBMODEL]
    once = [has_key("use"), *(has_key(name, alone=name in alone) for name in heads)]
    needed = {name: required_fields(kind) for name, kind in names.items()}
    needed |= {short: required_by_all(kinds) for short, kinds in ranked.items()}
    defined: dict[str, Schema] = {"layer.once": {"type": "object", "oneOf": once}}
    behind: Schema = {}
    for name, required in needed.items():
        if required:
            behind[name] = refer(f"complete.{'.'.join(required)}")
            plain: Schema = {"type": ["array", "boolean", "number", "string"]}
            given = {"if": {"type": "object"}, "then": {"required": required}, "else": plain}
            # As an alternative: editors then write a colon behind the name.
            defined[f"complete.{'.'.join(required)}"] = {"anyOf": [given]}
    defined["layer.alone"] = {"anyOf": [describe_name(name, names) for name in alone]}
    return {**defined, "layer.complete": {"type": "object", "properties": behind}}


def describe_name(name: str, names: Kinds) -> Schema:
    """Return the schema of a layer's name alone, with the first paragraph about the layer."""
    kind = names.get(name)
    prose: Schema = {"description": class_prose(kind).partition("\n")[0]} if kind else {}
    return {**prose, "const": name}


def has_key(name: str, *, alone: bool = False) -> Schema:
    """Return the schema of mappings with a key.

    Not as `required`: editors would offer the key as if nothing could stand behind it. Behind one
    whose schema has alternatives they write a colon, as is due where it cannot stand alone.
    """
    return {"not": {"properties": {name: False if alone else {"anyOf": [False]}}}}


def describe_keras_entry(names: Iterable[str]) -> Schema:
    """Return the schema of a layer in Keras' own form, with what stands beside it."""
    form = describe_keras_form(names)
    beside = {key: described for key, described in WIRING.items() if key != "use"}
    return {
        **form,
        "properties": {**form["properties"], **beside},
        "not": {"required": ["repeat", "each"]},
    }


def describe_mapping(
    names: Kinds,
    ranked: dict[str, list[type[CatalogObject]]],
    *,
    blocks: bool,
) -> Schema:
    """Return the schema of a layer with its arguments and what stands beside it."""
    heads = {name: describe_value(kind, complete=False) for name, kind in names.items()}
    for short, kinds in ranked.items():
        shorthands = {kind.shorthand for kind in kinds}
        several = [] if shorthands == {None} else ["array", "number", "string"]
        others = {"type": [*several, "null"]}
        heads[short] = {
            "description": f"{words_for(kinds)}, by the rank of the input.",
            "anyOf": by_type(["object"], refer(f"ranked.{short}"), [others]),
        }
    heads[SUBMODEL] = refer("submodel.with_blocks" if blocks else "submodel")
    mapping: Schema = {"properties": {**WIRING, **heads}, "additionalProperties": False}
    if blocks:
        mapping["additionalProperties"] = True
        mapping["propertyNames"] = {"pattern": f"^{NAME}$"}
    return mapping


def describe_ranked(kinds: list[type[CatalogObject]]) -> Schema:
    """Return the schema of the arguments of a short name: those of the layers it may become."""
    properties: dict[str, list[Schema]] = {}
    for kind in kinds:
        for field, described in describe_arguments(kind)["properties"].items():
            known = properties.setdefault(field, [])
            if described not in known:
                known.append(described)
    return {
        "type": "object",
        "properties": {
            field: several[0] if len(several) == 1 else {"anyOf": several}
            for field, several in properties.items()
        },
        "additionalProperties": False,
    }


def words_for(kinds: list[type[CatalogObject]]) -> str:
    """Return the names of the layers that a short name may become."""
    return " or ".join(kind.keras_name for kind in kinds)


def required_by_all(kinds: list[type[CatalogObject]]) -> list[str]:
    """Return the arguments that every layer requires which a short name may become."""
    needed = [required_fields(kind) for kind in kinds]
    return [name for name in (needed[0] if needed else []) if all(name in one for one in needed)]
