"""Small documents as Keras 1, Keras 2 and tf.keras wrote them, by hand."""

from typing import Any

Plain = dict[str, Any]


def layer(kind: str, name: str, calls: Any = None, **config: Any) -> Plain:
    """Return a serialized layer; with calls, one of a graph."""
    made: Plain = {"class_name": kind, "config": {"name": name, **config}}
    return made if calls is None else {**made, "name": name, "inbound_nodes": calls}


def given(name: str, shape: list[int | None]) -> Plain:
    """Return an input as Keras 1 and 2 wrote it."""
    said = {"batch_input_shape": [None, *shape], "dtype": "float32", "sparse": False}
    return layer("InputLayer", name, [], **said)


def graph(layers: list[Plain], outputs: list[list[Any]], version: str) -> Plain:
    """Return a graph that begins at its input layers."""
    begins = [[one["name"], 0, 0] for one in layers if one["class_name"] == "InputLayer"]
    config = {
        "name": "net",
        "layers": layers,
        "input_layers": begins,
        "output_layers": outputs,
    }
    return {"class_name": "Model", "config": config, "keras_version": version, "backend": "theano"}


def chain(layers: list[Plain], version: str) -> Plain:
    """Return a chain whose config is a bare list."""
    return {"class_name": "Sequential", "config": layers, "keras_version": version}


def convolution_1(name: str, filters: int, **others: Any) -> Plain:
    """Return a convolution as Keras 1 wrote it."""
    return layer(
        "Convolution2D",
        name,
        nb_filter=filters,
        nb_row=3,
        nb_col=2,
        border_mode="same",
        subsample=[1, 1],
        dim_ordering="th",
        bias=True,
        init="glorot_uniform",
        activation="relu",
        W_regularizer={"name": "WeightRegularizer", "l1": 0.0, "l2": 0.01},
        b_regularizer=None,
        W_constraint={"name": "MaxNorm", "m": 4, "axis": 0},
        b_constraint=None,
        activity_regularizer=None,
        trainable=True,
        **others,
    )


def dense_1(name: str, units: int, calls: Any = None, **others: Any) -> Plain:
    """Return a Dense as Keras 1 wrote it."""
    said = {
        "output_dim": units,
        "input_dim": None,
        "init": "uniform",
        "bias": True,
        "activation": "linear",
        "W_regularizer": None,
        "b_constraint": None,
    }
    return layer("Dense", name, calls, **said, **others)


PICTURES_1 = chain(
    [
        convolution_1("c", 4, batch_input_shape=[None, 2, 8, 6], input_dtype="float32"),
        layer("UpSampling2D", "up", size=[2, 2]),
        layer(
            "MaxPooling2D",
            "pool",
            pool_size=[4, 2],
            border_mode="valid",
            strides=[4, 2],
            dim_ordering="th",
        ),
        layer("BatchNormalization", "norm", axis=1, mode=0, epsilon=1e-3, momentum=0.99),
        layer("Dropout", "drop", p=0.25),
        layer("Flatten", "flat"),
        dense_1("d", 3),
    ],
    "1.0.5",
)
"""Keras 1 with the order of Theano; UpSampling2D does not say where its channels are."""

SERIES_1 = chain(
    [
        layer("Embedding", "words", input_dim=9, output_dim=5, init="uniform", input_length=7,
              dropout=0.2, mask_zero=False, batch_input_shape=[None, 7], input_dtype="int32"),
        layer("LSTM", "reads", output_dim=6, init="glorot_uniform", inner_init="orthogonal",
              inner_activation="hard_sigmoid", activation="tanh", forget_bias_init="one",
              dropout_W=0.1, dropout_U=0.2, consume_less="cpu", return_sequences=True,
              U_regularizer=None, W_regularizer=None, b_regularizer=None, go_backwards=False,
              stateful=False, unroll=False, input_dim=5, input_length=7),
        layer("Convolution1D", "slides", nb_filter=4, filter_length=3, subsample_length=2,
              border_mode="valid", init="glorot_uniform", activation="linear", bias=True,
              input_dim=6, input_length=None),
        layer("MaxPooling1D", "pool", pool_length=2, stride=1, border_mode="valid"),
        layer("TimeDistributedDense", "each", output_dim=3, init="glorot_uniform", bias=True,
              activation="linear", input_dim=4, input_length=None),
    ],
    "1.1.2",
)  # fmt: skip

BRANCHES_1 = chain(
    [
        layer(
            "Merge",
            "both",
            mode="concat",
            concat_axis=-1,
            mode_type="raw",
            layers=[
                chain([dense_1("left", 4, batch_input_shape=[None, 3])], "1.2.2"),
                chain([dense_1("right", 5, batch_input_shape=[None, 2])], "1.2.2"),
            ],
        ),
        dense_1("last", 2),
    ],
    "1.2.2",
)
"""A chain that begins with two chains."""


def merged_1(mode: str, **others: Any) -> Plain:
    """Return a graph of Keras 1 with one Merge."""
    return graph(
        [
            given("a", [4]),
            given("b", [4]),
            dense_1("da", 4, [[["a", 0, 0]]]),
            layer("Merge", "m", [[["da", 0, 0], ["b", 0, 0]]], mode=mode, mode_type="raw",
                  concat_axis=-1, dot_axes=-1, output_shape=None, arguments={}, **others),
        ],
        [["m", 0, 0]],
        "1.2.2",
    )  # fmt: skip


def tower(name: str) -> Plain:
    """Return a model of Keras 2 within a model: its own making counts as its first call."""
    inner = graph(
        [given("inner", [4]), layer("Dense", "d", [[["inner", 0, 0, {}]]], units=3)],
        [["d", 0, 0]],
        "2.3.1",
    )
    config = {**inner["config"], "name": name}
    calls = [[["a", 0, 0, {}]], [["b", 0, 0, {}]]]
    return {"class_name": "Model", "name": name, "config": config, "inbound_nodes": calls}


TWINS_2 = graph(
    [
        given("a", [4]),
        given("b", [4]),
        tower("tower"),
        layer("Subtract", "away", [[["tower", 1, 0, {}], ["tower", 2, 0, {}]]]),
    ],
    [["away", 0, 0]],
    "2.3.1",
)

STATES_2 = graph(
    [
        given("a", [5, 4]),
        given("b", [6, 4]),
        layer("LSTM", "reads", [[["a", 0, 0, {}]]], units=3, return_state=True,
              recurrent_activation="hard_sigmoid", implementation=1),
        layer("LSTM", "speaks", [[["b", 0, 0, {}], ["reads", 0, 1, {}], ["reads", 0, 2, {}]]],
              units=3, recurrent_activation="sigmoid", implementation=2),
    ],
    [["speaks", 0, 0]],
    "2.2.4",
)  # fmt: skip

GATED_2 = chain(
    [
        layer("GRU", "reads", units=3, recurrent_activation="sigmoid", implementation=1,
              batch_input_shape=[None, 5, 4], return_sequences=True),
        layer("CuDNNGRU", "fast", units=2, return_sequences=True),
        layer("CuDNNLSTM", "last", units=2),
        layer("LeakyReLU", "bends", alpha=0.2),
        layer("ThresholdedReLU", "cuts", theta=0.7),
        layer("Dense", "d", units=2, activation="swish",
              kernel_regularizer={"class_name": "L1L2", "config": {"l1": 0.0, "l2": 0.1}},
              kernel_initializer={"class_name": "VarianceScaling", "config": {
                  "scale": 1.0, "mode": "fan_in", "distribution": "normal", "seed": None}}),
    ],
    "2.1.3",
)  # fmt: skip

TENSORFLOW = graph(
    [
        given("a", [4]),
        layer("Dense", "d", [[["a", 0, 0, {}]]], units=4, dtype="float32"),
        layer("TFOpLambda", "tf.__operators__.add", [["d", 0, 0, {"y": ["a", 0, 0], "name": None}]],
              function="__operators__.add", trainable=True, dtype="float32"),
        layer("TFOpLambda", "tf.math.multiply",
              [["tf.__operators__.add", 0, 0, {"y": 0.5, "name": None}]],
              function="math.multiply", trainable=True, dtype="float32"),
        layer("BatchNormalization", "norm", [[["tf.math.multiply", 0, 0, {}]]], axis=[1]),
    ],
    [["norm", 0, 0]],
    "2.13.1",
)  # fmt: skip

WEIGHTS = {
    "PICTURES_1": (PICTURES_1, {"c": 52, "norm": 16, "d": 291}),
    "SERIES_1": (SERIES_1, {"words": 45, "reads": 288, "slides": 76, "each": 15}),
    "BRANCHES_1": (BRANCHES_1, {"left": 16, "right": 15, "last": 20}),
    "TWINS_2": (TWINS_2, {"tower": 15}),
    "STATES_2": (STATES_2, {"reads": 96, "speaks": 96}),
    "GATED_2": (GATED_2, {"reads": 72, "fast": 42, "last": 40, "d": 6}),
    "TENSORFLOW": (TENSORFLOW, {"d": 20, "norm": 16}),
}
"""Documents, and the weights of their layers as the library that wrote them counts them."""
