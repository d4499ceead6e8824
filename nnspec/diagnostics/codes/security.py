"""Codes X…: the spec asks for what a spec may not do."""

from nnspec.diagnostics.codes.code import Code

SECURITY: tuple[Code, ...] = (
    Code(
        "X101",
        "tag",
        "Tags make YAML readers construct objects; a spec is plain data.",
        "Remove the tag.",
    ),
    Code(
        "X102",
        "code in a spec",
        "A spec is data: Lambda layers and the like carry code that nobody has read.",
        "Express the step with layers, or write a plugin.",
    ),
    Code(
        "X103",
        "URL",
        "Nothing is fetched from the network while a spec is read or trained.",
        "Download the file and give its path.",
    ),
    Code(
        "X104",
        "outside the folder",
        "A spec may only read files in its own folder, so that a spec from elsewhere is "
        "safe to run.",
        "Move the file beside the spec, or allow the folder with --allow-outside.",
    ),
    Code(
        "X105",
        "unsafe name",
        "Names become file names; a path separator or a leading dot would escape the run's folder.",
        "Use letters, digits, `_` and `-`.",
    ),
    Code(
        "X106",
        "plugin not allowed",
        "To import a plugin is to run its code; a spec alone never does that.",
        "Run the command with --allow-plugins if you trust the plugins that the spec names.",
    ),
    Code(
        "X107",
        "plugin refused",
        "The plugin is not installed, fails on import, or takes the name of a class of nnspec.",
        "Install it, or repair it.",
    ),
)
