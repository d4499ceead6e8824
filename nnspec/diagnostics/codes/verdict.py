"""Codes C104 and up: what a trained run is looked over for, once its figures are known.

None refuses a run or changes an exit code. What each looks at, and why its bound is where it is,
stands in `nnspec/judge/checks/`.
"""

from nnspec.diagnostics.codes.code import Code, Severity

VERDICT: tuple[Code, ...] = (
    Code(
        "C104",
        "overfit",
        "The network explains far more of the training rows than of rows that it did not learn "
        "from, and a baseline on the same rows does not: it has learned rows by heart. Found "
        "from 0.2 of the variation and 3 standard errors on.",
        "Use smaller layers, Dropout or a penalty on weights, stop early, or add rows.",
        Severity.WARNING,
    ),
    Code(
        "C105",
        "trained past its best epoch",
        "The validation loss had its minimum epochs before the end, rose since, and the weights "
        "of the end are kept. Found where the end lies above the minimum by a tenth, and by 3 "
        "deviations of its epochs.",
        "Add `EarlyStopping: {patience: 20, restore_best_weights: true}` to training.callbacks.",
        Severity.WARNING,
    ),
    Code(
        "C106",
        "underfit",
        "Even on the rows that it learned from the network errs more than a baseline: it is too "
        "small, too heavily penalized, or not trained to its end. Found from a twentieth of a "
        "linear model's loss and 3 standard errors on.",
        "Train longer, raise the learning rate, use more units, or less Dropout and penalty.",
        Severity.WARNING,
    ),
    Code(
        "C107",
        "worse than a baseline",
        "On rows that neither has seen a simple model errs less, by more than chance explains: "
        "the network costs more and gives less. Found from 2.58 standard errors on, row by row: "
        "once in two hundred times by chance.",
        "Use the baseline, or look at what else is found here.",
        Severity.WARNING,
    ),
    Code(
        "C108",
        "no better than the best baseline within noise",
        "Other rows of the same kind could turn the order round: the figures do not show that "
        "the network is better. Found where the 95 % interval of the difference, row by row, "
        "holds 0.",
        "Judge on more rows or several seeds before the network is preferred.",
        Severity.NOTE,
    ),
    Code(
        "C109",
        "validation and test disagree",
        "Both are to stand for new rows; where their errors differ by more than chance "
        "explains, they are not of one kind, or one of them was chosen by. Found from 3 "
        "standard errors on.",
        "Look at how rows are split: by time, by group, with copies on both sides.",
        Severity.WARNING,
    ),
    Code(
        "C110",
        "stopped while still falling",
        "The last planned epoch came while the loss was still going down: more epochs would "
        "have lowered it further. Found where the last fifth of the epochs still won a fiftieth "
        "of all that was won.",
        "Raise training.epochs, with EarlyStopping to end it.",
        Severity.NOTE,
    ),
    Code(
        "C111",
        "the first epoch was the best",
        "Every further epoch made the validation loss worse: the steps are too large, or the "
        "network learns rows by heart from the start. Found where four of five other epochs lie "
        "clearly above the first.",
        "Lower the learning rate, or the size of the network.",
        Severity.WARNING,
    ),
    Code(
        "C112",
        "learning rate too high",
        "The training loss jumps up and down, or rises, in place of settling: steps overshoot. "
        "Found where epochs of the second half differ by a tenth of the loss and of all it won.",
        "Divide the learning rate by 3 to 10, or let a schedule lower it.",
        Severity.WARNING,
    ),
    Code(
        "C113",
        "learning rate too low",
        "The training loss fell along a straight line to the last epoch; a training that gets "
        "near its minimum bends. Found where the second half won 0.6 or more of what the first "
        "half won.",
        "Multiply the learning rate by 3 to 10, or train several times as long.",
        Severity.NOTE,
    ),
    Code(
        "C114",
        "dead units",
        "Units of relu that give 0 for every training row have no gradient and learn no more. "
        "Found where half of a layer's units are so.",
        "Lower the learning rate, use leaky_relu or elu, or a smaller layer.",
        Severity.NOTE,
    ),
    Code(
        "C115",
        "saturated units",
        "Where sigmoid or tanh is at its end the slope is almost 0: such units switch, and "
        "hardly learn. Found where half of a layer's units are there for nine of ten rows.",
        "Scale what comes in, put BatchNormalization before it, or use relu.",
        Severity.NOTE,
    ),
    Code(
        "C116",
        "vanishing gradients",
        "The first layers get almost none of the gradient that the last ones get, and stay near "
        "what they began as. Found below a ten-thousandth.",
        "Use relu, BatchNormalization, skip connections (Add), or fewer layers.",
        Severity.WARNING,
    ),
    Code(
        "C117",
        "exploding gradients",
        "A change of a layer's weights by a thousandth would change the loss by its own size: "
        "training stands on an edge.",
        "Write `clipnorm: 1.0` in the optimizer, or lower the learning rate.",
        Severity.WARNING,
    ),
    Code(
        "C118",
        "constant answers",
        "The network answers nearly the same whatever the row holds. Found where answers "
        "deviate by less than a hundredth of what targets deviate by.",
        "Check that features reach the network scaled, lower the learning rate, or weaken "
        "penalties.",
        Severity.WARNING,
    ),
    Code(
        "C119",
        "a class is never answered",
        "Rows of a class are there, and no row is answered with it: accuracy hides that it is "
        "ignored. Found from 10 rows on.",
        "Write `class_weight: balanced`, draw its rows more often, or choose a threshold.",
        Severity.WARNING,
    ),
    Code(
        "C120",
        "bad calibration",
        "Stated probabilities are not how often the answers are right. Found from an error of "
        "0.05 and 3 standard errors on.",
        "Write `evaluation: {calibration: temperature}`, or stop earlier.",
        Severity.NOTE,
    ),
    Code(
        "C121",
        "residuals depend on a column",
        "What is left over can still be told from a column: the network has not taken up all "
        "that the column says. Found from 6 percent on, where chance is below 0.01 over all "
        "columns together.",
        "Train longer, use more units, or give the column in another form (log, bins, categories).",
        Severity.NOTE,
    ),
    Code(
        "C122",
        "residuals depend on time",
        "Errors of one step tell the error of a later one: the series holds more than is used. "
        "Found from a correlation of 0.3 and 3 of its errors on.",
        "Use a longer window, or add the time of day or year as a column.",
        Severity.NOTE,
    ),
    Code(
        "C123",
        "one feature gives the target",
        "A single column has the target almost to the row: often it was written after the "
        "target was known, and will not be there when it is needed. Found from a rank "
        "correlation of 0.99, or 99 percent of the classes, on.",
        "Find out where the column comes from; leave it out of data.features if it is the target.",
        Severity.WARNING,
    ),
    Code(
        "C124",
        "columns drift between splits",
        "A column is distributed otherwise in the test rows than in those of training: figures "
        "are of other rows than the network was made for. Found where shares differ by 0.15, "
        "and chance is below 0.01 over all columns together.",
        "Split at random or by group if rows have no order; else train on later rows.",
        Severity.NOTE,
    ),
    Code(
        "C125",
        "few rows per parameter",
        "There are more parameters than numbers to learn from, and it shows: rows that were not "
        "learned from are answered worse. Found from 0.1 of the variation and 2 standard errors "
        "on.",
        "Use smaller layers, penalties or Dropout, or add rows.",
        Severity.NOTE,
    ),
    Code(
        "C126",
        "a gain of the size of noise",
        "The lead over the best baseline is no larger than what two epochs of the same training "
        "differ by: another seed may lose it. Found below twice the spread of two such epochs.",
        "Repeat with several seeds (`--set runtime.seed=1`), and compare means.",
        Severity.NOTE,
    ),
)
