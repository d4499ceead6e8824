"""Where nnspec means to differ from `keras.Model.fit`, each with its reason.

The family leaves these out, or compares them with what is meant.
"""

DIFFERENCES = {
    "Dropout and noise under XLA": (
        "drawn from another stream of the same distribution, many times faster on a CPU"
    ),
    "RootMeanSquaredError of several columns": (
        "the mean of the columns' own, each in its unit, as in the report; Keras pools the columns"
    ),
    "metrics of scaled targets": (
        "measured in the target's own unit; `fit` sees the scaled targets alone"
    ),
    "a loss that is no number": (
        "fails the run at its step; `fit` goes on with weights that are none"
    ),
    "TerminateOnNaN in the fused executor": (
        "acts at the end of a chunk of steps: the weights, which are no numbers, are those of a "
        "later step, and the run goes back to the best ones before"
    ),
    "a short last batch of a stateful network": (
        "its rows are left out, and the report says how many; `fit` raises"
    ),
    "another word for a metric (acc)": (
        "stands for the metric, and is logged under its one name; `fit` logs the word"
    ),
    "KLDivergence, Circle and CTC": (
        "their targets are shares, vectors and sequences, which no column of a table holds as "
        "they are"
    ),
}
