"""Codes L…: the spec is larger than any sane network."""

from nnspec.diagnostics.codes.code import Code, Severity

LIMIT: tuple[Code, ...] = (
    Code(
        "L101",
        "file too large",
        "A spec is text written by people; a larger file is an accident or an attack and "
        "is not read.",
        "Move data out of the spec.",
    ),
    Code(
        "L102",
        "nested too deeply",
        "Deep nesting has no meaning in a spec and exhausts other readers.",
        "Flatten the spec.",
    ),
    Code(
        "L103",
        "value too long",
        "A single value of this length cannot be a setting.",
        "Move data out of the spec.",
    ),
    Code(
        "L104",
        "too many aliases",
        "Aliases that repeat one another grow exponentially when they are read.",
        "Use `blocks:` or `variables:`.",
    ),
    Code(
        "L105",
        "number too large",
        "The number is above what any run could use.",
        "Write the number that was meant.",
    ),
    Code(
        "L106",
        "too many layers",
        "Blocks and repetitions multiply; the expanded network is bounded.",
        "Lower `repeat`, or the number of entries of `each`.",
    ),
    Code(
        "L107",
        "network too large",
        "The weights alone would not fit into memory; the estimate is made before "
        "anything is allocated.",
        "Lower the sizes named in the message.",
    ),
    Code(
        "L108",
        "too many values",
        "A spec of this many values is not written by people.",
        "Move data out of the spec.",
    ),
    Code(
        "L109",
        "too many mistakes",
        "A spec with this many mistakes has one cause, such as another language or version; the "
        "first ones tell which.",
        "Repair the mistakes shown, then check again.",
    ),
    Code(
        "L110",
        "too many remarks",
        "Of very many warnings and notes only the first ones are kept.",
        "Repair what is shown, then check again.",
        Severity.NOTE,
    ),
    Code(
        "L111",
        "training far larger than memory",
        "A step of the training takes many times the memory of this machine: a size was mistyped, "
        "or the batch is the whole data.",
        "Lower the batch size or the layers, as the message shows.",
    ),
)
