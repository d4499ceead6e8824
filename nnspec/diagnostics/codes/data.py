"""Codes D…: the data is not what the spec says."""

from nnspec.diagnostics.codes.code import Code, Severity

DATA: tuple[Code, ...] = (
    Code(
        "D101",
        "no such file",
        "The data file is not there.",
        "Correct the path; it is relative to the spec.",
    ),
    Code(
        "D102",
        "unreadable",
        "The file is there and cannot be read.",
        "Allow reading it, or repair it.",
    ),
    Code(
        "D103",
        "unknown column",
        "The data has no column of this name.",
        "Use one of the columns listed.",
    ),
    Code(
        "D104",
        "malformed row",
        "A row has another number of fields than the header.",
        "Repair the row.",
    ),
    Code(
        "D105",
        "missing values",
        "Cells are empty and the spec does not say what to do with them.",
        "Set `data.missing`, or fill the cells.",
    ),
    Code(
        "D106",
        "mixed column",
        "Most cells are numbers, some are not.",
        "Correct the cell, or declare the column's type.",
    ),
    Code(
        "D107",
        "constant target",
        "A target whose rows are all equal leaves nothing to learn.",
        "Name another column as `target`.",
    ),
    Code(
        "D108",
        "class never trained on",
        "A class occurs in validation or test and never in training.",
        "Use `method: stratified`, or more rows.",
    ),
    Code(
        "D109",
        "labels out of range",
        "The labels do not run from 0 to classes - 1.",
        "Let nnspec encode them: declare the target's type as category.",
    ),
    Code(
        "D110",
        "lengths differ",
        "All arrays must have one entry per row, pictures that keep their size the same one, and "
        "texts whose words have classes one class for each.",
        "Repair the file, or say what size pictures are brought to.",
    ),
    Code(
        "D111",
        "empty split",
        "A split is left without rows.",
        "Give it a larger share, or more rows.",
    ),
    Code(
        "D112",
        "not a number",
        "The data holds NaN or infinity.",
        "Set `data.missing`, or clean the data.",
    ),
    Code(
        "D113",
        "too few rows",
        "The data has too few rows for the settings.",
        "Use more rows or a shorter window.",
    ),
    Code(
        "D114",
        "unknown format",
        "The kind of file is not one nnspec reads.",
        "Use .csv .tsv .parquet .jsonl or .npz, or a sklearn: set.",
    ),
    Code(
        "D115",
        "target and task do not fit",
        "The target's type belongs to another task.",
        "Change the loss, or declare the target's type.",
    ),
    Code(
        "D116",
        "declares more than it may",
        "The file unpacks to far more than a file of its size holds, or than is ever read.",
        "Save it as .csv or without compression, or with fewer columns or rows.",
    ),
    Code(
        "D117",
        "data changed",
        "The data differs from that of the recorded run.",
        "Restore the file, or start a new run.",
    ),
    Code(
        "D118",
        "library missing",
        "Training needs packages that are not installed.",
        "pip install 'nnspec[tensorflow]'",
    ),
    Code(
        "D119",
        "unsupported type of column",
        "A column holds dates, structures or lists of different lengths.",
        "Turn it into numbers or texts, or leave it out of `features`.",
    ),
    Code(
        "D120",
        "too many categories",
        "One-hot columns as many as there are rows mark an identifier, not a feature.",
        "Leave the column out of `features`, or use `encoding: index` with an Embedding.",
    ),
    Code(
        "D121",
        "column without a name of its own",
        "Two columns of one name cannot be told apart, and one without a name cannot be named.",
        "Rename one of them.",
    ),
    Code(
        "D122",
        "rows in two splits",
        "Rows that are trained on and tested on make the test better than new data will be.",
        "Remove the duplicates, or split by what they have in common.",
        Severity.WARNING,
    ),
    Code(
        "D123",
        "feature gives the target away",
        "A feature that is the target in other words will not be there when a prediction is due; "
        "the figures of such a network mean nothing.",
        "Leave the column out of `features`.",
        Severity.WARNING,
    ),
    Code(
        "D124",
        "column without information",
        "A column that is the same in every training row teaches nothing.",
        "Leave it out of `features`.",
        Severity.WARNING,
    ),
    Code(
        "D125",
        "unknown values",
        "Cells hold values that the training rows did not have; they count as none of the known "
        "ones, and the network has never learned what that means.",
        "Correct the cells, or train on rows that have these values.",
        Severity.WARNING,
    ),
    Code(
        "D126",
        "rows without a prediction",
        "Cells are missing, and the run was trained with `missing: drop`.",
        "Fill the cells, or train with `missing: mean`, `median` or `most_frequent`.",
        Severity.WARNING,
    ),
    Code(
        "D131",
        "identifiers or texts as categories",
        "Nearly every row has a text of its own, and each text becomes a one-hot column: the "
        "network learns rows by heart, and knows nothing about a new one.",
        "Exclude the column, or declare it as a category where that is meant.",
    ),
    Code(
        "D132",
        "windows across several series",
        "Windows slide over the rows of a file as over one series; where it holds several, they "
        "hold the end of one and the beginning of another.",
        "Name what tells them apart: `window: {key: COLUMN}`.",
        Severity.WARNING,
    ),
    Code(
        "D133",
        "table written otherwise",
        "A text table separates its cells, or writes its numbers, otherwise than its ending says; "
        "its first rows leave no doubt how, and it is read so.",
        "Nothing need be done; to make sure of it, say so in `source`.",
        Severity.NOTE,
    ),
    Code(
        "D134",
        "dates of which nothing is said",
        "A date can be many things to a network: a place in the year, a weekday, a number of days; "
        "and day and month may be confused. It is never guessed.",
        "Declare the column as `date`, with its `format` where that is in doubt, or exclude it.",
    ),
    Code(
        "D135",
        "unknown value",
        "A cell holds a value that the training rows did not have, in a column declared with "
        "`unknown: error`.",
        "Correct the cell, or train on rows that have the value.",
    ),
    Code(
        "D136",
        "times that order nothing",
        "Two rows of one series stand at the same time, or the column named as time holds none.",
        "Name what tells series apart as `key`, another column as `time`, or its form.",
    ),
    Code(
        "D137",
        "gaps in a series",
        "Rows are missing between two neighbours; a window across the gap would hold steps of "
        "another length than the rest.",
        "Nothing need be done; `gap` says how far neighbours may be apart.",
        Severity.NOTE,
    ),
    Code(
        "D138",
        "numbers lost to rounding",
        "An unscaled column holds large numbers that differ by little, such as seconds since 1970; "
        "networks take single precision, about seven digits, which mixes them up.",
        "Scale the column: it is then centred in double precision, before it is rounded.",
    ),
    Code(
        "D139",
        "value that names no split",
        "A column says which split each row belongs to, and one of its values is no split's name, "
        "or none stands for the training rows.",
        "Say what it stands for in `split.values`, or correct the cell.",
    ),
    Code(
        "D140",
        "target without a logarithm",
        "`target_scaling: log` learns log(1 + x), for targets of 0 and more; one is below 0.",
        "Correct the cell where it is a slip or stands for a missing one, or use another scaling.",
    ),
    Code(
        "D151",
        "windows without a target",
        "The target of some windows is missing; with `target_missing: drop` they are neither "
        "trained on nor judged.",
        "Nothing need be done; to use them, fill in the target.",
        Severity.NOTE,
    ),
    Code(
        "D152",
        "nothing known in advance",
        "The network reads what some columns hold at the moments that it predicts, and the table "
        "ends before these.",
        "Add a row for each of these moments, with key, time and the columns known in advance.",
        Severity.WARNING,
    ),
    Code(
        "D161",
        "other columns than a part has learned from",
        "A part of a finished run is given columns of other names, another order or another kind "
        "than in that run. Columns of the same names are encoded and scaled as that run has "
        "fitted them; these cannot be.",
        "Give it the columns that it has learned from.",
        severity=Severity.WARNING,
    ),
)
