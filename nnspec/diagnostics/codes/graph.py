"""Codes G…: the layers do not fit together."""

from nnspec.diagnostics.codes.code import Code

GRAPH: tuple[Code, ...] = (
    Code(
        "G101",
        "unknown layer",
        "`inputs`, `outputs` and `use` name layers of the model.",
        "Use the name of a layer.",
    ),
    Code(
        "G102",
        "name given twice",
        "Each layer has a name of its own.",
        "Rename one of them.",
    ),
    Code(
        "G103",
        "names that differ in case only",
        "Files named after them collide on disks that ignore case.",
        "Rename one of them.",
    ),
    Code(
        "G104",
        "unused layer",
        "A layer that leads to no output would be trained for nothing, or was wired wrongly.",
        "List it in `outputs`, feed it to another layer, or remove it.",
    ),
    Code(
        "G105",
        "no input",
        "The shape of the first layer's input is not known.",
        "Begin with `Input`, or add a `data:` section.",
    ),
    Code(
        "G106",
        "no output",
        "A model needs at least one layer.",
        "Add a layer.",
    ),
    Code(
        "G107",
        "misuse of use",
        "`use` applies a named layer again, or takes the layers of a finished run from its input "
        "to one layer; it has a name and inputs of its own.",
        "Name a layer, or a run and its layer.",
    ),
    Code(
        "G201",
        "cycle",
        "Data flows one way through the network; these layers feed each other.",
        "Break the cycle at one of the layers named.",
    ),
    Code(
        "G202",
        "wrong number of inputs",
        "The layer takes another number of inputs.",
        "Change `inputs`.",
    ),
    Code(
        "G203",
        "block includes itself",
        "A block that includes itself never ends.",
        "Use `repeat`.",
    ),
    Code(
        "G301",
        "wrong rank",
        "The layer needs an input with another number of axes.",
        "Insert a layer that changes the rank, such as Flatten or Reshape.",
    ),
    Code(
        "G302",
        "shapes cannot be merged",
        "The layers that meet here give shapes that do not fit together.",
        "Make the shapes equal before the merge.",
    ),
    Code(
        "G303",
        "nothing left of an axis",
        "A convolution or pooling shrinks an axis below one.",
        "Use padding: same, a smaller window, or fewer of them.",
    ),
    Code(
        "G304",
        "sizes do not match",
        "The number of elements differs.",
        "Change the target shape.",
    ),
    Code(
        "G305",
        "window does not fit",
        "The window is longer than the axis it slides over.",
        "Use a smaller window, or padding: same.",
    ),
    Code(
        "G306",
        "axis must be known",
        "The layer needs to know the length of an axis that is known at run time only.",
        "Give the length in `Input`.",
    ),
    Code(
        "G307",
        "wrong element type",
        "The layer takes another kind of numbers.",
        "Feed it what it takes.",
    ),
    Code(
        "G308",
        "Input does not fit the data",
        "The declared shape differs from that of the data.",
        "Change `Input`, or leave it out: it follows from the data.",
    ),
    Code(
        "G309",
        "bad axis",
        "The axis named does not exist.",
        "Name one of the axes.",
    ),
    Code(
        "G310",
        "layer cannot stand here",
        "A wrapper takes only some layers, and a cell works only inside a recurrent layer.",
        "Use a layer that the wrapper takes, or wrap the cell.",
    ),
    Code(
        "G320",
        "numbers beyond the table",
        "An Embedding has a row for each whole number below `input_dim`; a larger one stops the "
        "training.",
        "Write the `input_dim` that the message names.",
    ),
    Code(
        "G321",
        "mask that the layer cannot take",
        "A Softmax layer takes a mask as one of its scores, and the mask of padded steps has an "
        "axis less: Keras stops at the first batch.",
        "Write `Activation: softmax`, which leaves masks alone.",
    ),
    Code(
        "G322",
        "lengths that never agree",
        "Axes of unknown length meet in a layer that takes equal ones, and layers before it change "
        "one of them: whatever length the data has, Keras stops at the first batch.",
        "Bring both to one length.",
    ),
    Code(
        "G323",
        "table without a size",
        "`input_dim: auto` counts the whole numbers of the column or the layer that feeds a table; "
        "computed numbers, and those of an input without data, are not counted.",
        "Write `input_dim`: one more than the largest number that comes in.",
    ),
)
