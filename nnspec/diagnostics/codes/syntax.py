"""Codes Y…: the text is not YAML 1.2 or JSON."""

from nnspec.diagnostics.codes.code import Code

SYNTAX: tuple[Code, ...] = (
    Code(
        "Y101",
        "not well-formed",
        "The text cannot be read as YAML 1.2 or JSON, so nothing after this place is checked.",
        "Repair the place shown; a value that holds ': ' or starts with one of % @ ` needs quotes.",
    ),
    Code(
        "Y102",
        "tab in the indentation",
        "YAML forbids tabs for indentation: how wide one is differs from reader to reader.",
        "Indent with spaces.",
    ),
    Code(
        "Y103",
        "key given twice",
        "YAML readers keep the last one silently, so half of what you wrote would be ignored.",
        "Keep one of the two.",
    ),
    Code(
        "Y104",
        "empty spec",
        "A spec needs at least `nnspec` and `model`.",
        "Start from one of the specs in the README.",
    ),
    Code(
        "Y105",
        "not a mapping",
        "The top level of a spec is a mapping of sections.",
        "Write `nnspec: 1`, then `model:` and the other sections.",
    ),
    Code(
        "Y106",
        "several documents",
        "One file holds one spec.",
        "Remove the `---` in the middle or split the file.",
    ),
    Code(
        "Y107",
        "not UTF-8",
        "Specs are UTF-8 text, so that every tool sees the same characters.",
        "Save the file as UTF-8.",
    ),
    Code(
        "Y108",
        "control character",
        "Invisible characters in names and values make two specs look equal that are not.",
        "Remove the character, or write it as an escape within double quotes.",
    ),
    Code(
        "Y109",
        "key is not text",
        "Every key of a spec is a name; a number or null as a key is a slip.",
        "Quote the key.",
    ),
    Code(
        "Y110",
        "alias of nothing",
        "An alias (`*name`) repeats a value marked before it (`&name`).",
        "Mark the value with an anchor first, or write it out.",
    ),
    Code(
        "Y111",
        "recursive alias",
        "A value cannot contain itself.",
        "Write the value out.",
    ),
    Code(
        "Y112",
        "merge key",
        "`<<` merged mappings in YAML 1.1 and means nothing in YAML 1.2; which value wins differs "
        "from reader to reader.",
        "Write the values out, or use `variables:` or `blocks:`.",
    ),
)
