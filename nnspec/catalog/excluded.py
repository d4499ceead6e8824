"""What Keras names and a spec does not: family, name, reason; floor 2.

Each name of Keras' public modules is catalogued or stands here; a test holds the two together.
"""

_BASE = "the base of the family, which does nothing itself"
_MACHINERY = "turns names and configs into objects; the spec's reader does that, by allowlist"
_FUNCTION = "takes a function of Python; a spec holds data"
_FOREIGN = "wraps a module of another framework; a spec holds data"
_LABELS = "mixes the targets along with the images: an augmentation, below training.augmentation"
_RUN_WRITES = "writes files; the run writes its own, each complete and with its hash"

_READING = {"deserialize": _MACHINERY, "get": _MACHINERY, "serialize": _MACHINERY}

EXCLUDED: dict[str, dict[str, str]] = {
    "layers": {
        "deserialize": _MACHINERY,
        "serialize": _MACHINERY,
        "Layer": _BASE,
        "Wrapper": _BASE,
        "InputSpec": "says what a layer takes; it is no layer",
        "Lambda": _FUNCTION,
        "FlaxLayer": _FOREIGN,
        "JaxLayer": _FOREIGN,
        "TorchModuleWrapper": _FOREIGN,
        "TFSMLayer": "runs a SavedModel's own code, which nothing can check",
        "CutMix": _LABELS,
        "MixUp": _LABELS,
        "MaxNumBoundingBoxes": "pads lists of boxes, which no data section gives",
        **dict.fromkeys(
            (
                "add",
                "average",
                "concatenate",
                "dot",
                "maximum",
                "minimum",
                "multiply",
                "subtract",
            ),
            "calls the layer of the same name with a capital letter",
        ),
    },
    "activations": {**_READING},
    "initializers": {
        **_READING,
        "Initializer": _BASE,
    },
    "regularizers": {
        **_READING,
        "Regularizer": _BASE,
    },
    "constraints": {
        **_READING,
        "Constraint": _BASE,
    },
    "losses": {
        **_READING,
        "Loss": _BASE,
    },
    "metrics": {
        **_READING,
        "Metric": _BASE,
        "Mean": "averages one stream of values; a metric compares targets with predictions",
        "Sum": "adds up one stream of values; a metric compares targets with predictions",
        "MeanMetricWrapper": _FUNCTION,
        "binary_focal_crossentropy": "a loss; Keras has no metric of this name",
        "categorical_focal_crossentropy": "a loss; Keras has no metric of this name",
        "huber": "a loss; Keras has no metric of this name",
    },
    "optimizers": {
        **_READING,
        "Optimizer": _BASE,
        "LossScaleOptimizer": "compile wraps the optimizer in it under a float16 policy",
        "MultiOptimizer": "takes a function that maps variables to optimizers",
        "OptimizerMap": "maps variables to optimizers by objects of a built model",
    },
    "schedules": {
        "LearningRateSchedule": _BASE,
        "deserialize": _MACHINERY,
        "serialize": _MACHINERY,
    },
    "callbacks": {
        "Callback": _BASE,
        "CallbackList": "holds the callbacks of a run; the list in the spec is it",
        "History": "the run keeps every figure of every epoch",
        "ProgbarLogger": "the command line shows the progress",
        "LambdaCallback": _FUNCTION,
        "LearningRateScheduler": f"{_FUNCTION}; a schedule is the learning rate of the optimizer",
        "ModelCheckpoint": _RUN_WRITES,
        "OrbaxCheckpoint": _RUN_WRITES,
        "BackupAndRestore": _RUN_WRITES,
        "CSVLogger": _RUN_WRITES,
        "TensorBoard": _RUN_WRITES,
        "RemoteMonitor": "sends figures over the network, which a run does not use",
    },
}
"""Family -> public name in Keras -> reason."""
