"""Codes S…: the spec is well-formed, but says something the language has no meaning for."""

from nnspec.diagnostics.codes.code import Code

FORM: tuple[Code, ...] = (
    Code(
        "S101",
        "unknown key",
        "A misspelt key that is ignored changes the result silently; nnspec refuses it.",
        "Use one of the keys named in the message.",
    ),
    Code(
        "S102",
        "missing key",
        "A required setting is not there.",
        "Add it.",
    ),
    Code(
        "S103",
        "wrong type",
        "The value is of another kind than the setting takes.",
        "Write a value of the kind named.",
    ),
    Code(
        "S104",
        "out of range",
        "The value is of the right kind, but outside what has a meaning.",
        "Write a value within the range named.",
    ),
    Code(
        "S105",
        "not one of the allowed values",
        "The setting takes one of a few words.",
        "Use one of them.",
    ),
    Code(
        "S106",
        "unknown name",
        "There is no object of this name in this place; names are Keras' own.",
        "Use the nearest name, or `nnspec explain` to list them.",
    ),
    Code(
        "S107",
        "wrong count",
        "The value has another number of entries than the setting takes.",
        "Give as many as the message says.",
    ),
    Code(
        "S108",
        "empty value",
        "A key with nothing behind it where a value is due.",
        "Write the value or remove the key.",
    ),
    Code(
        "S109",
        "malformed object",
        "An object is its name, or one name with its arguments.",
        "Write `Name`, `Name: value` or `{Name: {argument: value}}`.",
    ),
    Code(
        "S110",
        "bad name",
        "Names are letters, digits, `_` and `-`, so that they can stand in paths, graphs "
        "and messages.",
        "Use such a name.",
    ),
    Code(
        "S111",
        "unknown variable",
        "`$name` stands for a variable or a block's parameter of that name.",
        "Define it under `variables:`, or write `$$` for a dollar.",
    ),
    Code(
        "S112",
        "unused variable",
        "A variable nobody uses is a slip: the value you meant to change changes nothing.",
        "Use it or remove it.",
    ),
    Code(
        "S113",
        "unused block",
        "A block nobody uses is a slip.",
        "Use it or remove it.",
    ),
    Code(
        "S114",
        "unknown version",
        "The spec is written in a version of the language that this program does not know, or a "
        "model document is of a Keras before 3.",
        "Write `nnspec: 1`, update nnspec, or write the document anew with Keras 3.",
    ),
    Code(
        "S115",
        "settings that contradict each other",
        "Two settings cannot both hold.",
        "Keep one of them.",
    ),
    Code(
        "S116",
        "unknown path in --set",
        "An override must name a setting that the language has.",
        "Use the path of a setting.",
    ),
    Code(
        "S117",
        "text that looks like a date",
        "YAML 1.2 has no dates; readers of YAML 1.1 turn such a name into one, and would not "
        "find the run or the layer by it.",
        "Quote it.",
    ),
    Code(
        "S118",
        "no spec",
        "The document says no `nnspec`, and looks like what another program reads. Where the "
        "command line does not name it, it is passed over.",
        "Name the file of a spec, or write what the document describes as one.",
    ),
)
