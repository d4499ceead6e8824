"""Examples of the rules on losses, heads, targets and metrics (codes M)."""

from rule_examples import (
    BINARY,
    CANCER,
    CLASSES,
    DIABETES,
    DIGITS,
    IRIS,
    ONE_HOT,
    PAIR,
    SIGMOID,
    SOFTMAX_3,
    SOFTMAX_10,
    TABLE,
    TWO_LOSSES,
    TWO_OUTPUTS,
    Example,
)

ONE_NUMBER = "- Dense: {units: 1, activation: @}"
THREE = "- Dense: {units: 3, activation: @}"

LOSS_AND_HEAD = [
    Example("M101", "sigmoid", "softmax", THREE, CLASSES, IRIS),
    Example("M101", "sigmoid", "softmax", THREE, ONE_HOT, IRIS),
    Example("M101", "relu", "softmax", THREE, CLASSES, IRIS),
    Example("M101", "tanh", "sparsemax", THREE, "loss: kl_divergence", TABLE),
    Example("M101", "relu", "sigmoid", ONE_NUMBER, BINARY, CANCER),
    Example("M101", "softmax", "sigmoid", THREE, BINARY, "data: {source: t.npz, target: labels}"),
    Example("M101", "sigmoid", "tanh", ONE_NUMBER, "loss: hinge", CANCER),
    Example("M101", "linear", "sigmoid", THREE, "loss: dice", "data: {source: t.npz, target: m}"),
    Example("M101", "sigmoid", "linear", ONE_NUMBER),
    Example("M101", "softmax", "linear", "- Dense: {units: 2, activation: @}",
            data="data: {source: table.csv, target: [a, b]}"),
    Example("M102", CLASSES, "loss: {sparse_categorical_crossentropy: {from_logits: true}}",
            "- Dense: 3", "@", IRIS),
    Example("M102", "true", "false", SOFTMAX_3,
            "loss: {sparse_categorical_crossentropy: {from_logits: @}}", IRIS),
    Example("M102", "true", "false", SIGMOID,
            "loss: {binary_crossentropy: {from_logits: @}}", CANCER),
    Example("M102", "true", "false", SIGMOID,
            "loss: binary_crossentropy\nmetrics: [{BinaryCrossentropy: {from_logits: @}}]", CANCER),
    Example("M103", "softmax", "sigmoid", ONE_NUMBER, BINARY, CANCER),
    Example("M103", "softmax", "linear", ONE_NUMBER),
    Example("M103", "log_softmax", "tanh", ONE_NUMBER, "loss: hinge", CANCER),
    Example("M103", "log_softmax", "linear", ONE_NUMBER),
    Example("M112", "linear", "exponential", ONE_NUMBER, "loss: poisson",
            "data: {source: table.csv, target: count, target_scaling: none}"),
    Example("M119", "relu", "linear", THREE,
            "loss: {sparse_categorical_crossentropy: {from_logits: true}}", IRIS),
]  # fmt: skip

TARGETS = [
    Example("M105", "4", "3", "- Dense: {units: @, activation: softmax}", CLASSES, IRIS),
    Example("M105", "2", "1", "- Dense: @"),
    Example("M105", "2", "3", "- Dense: {units: @, activation: softmax}",
            "loss: categorical_crossentropy", "data: {source: t.csv, target: [cat, dog, owl]}"),
    Example("M105", "3", "1", "- Dense: {units: @, activation: sigmoid}", BINARY, CANCER),
    Example("M105", "1", "5", "- Dense: {units: @}",
            "loss: {sparse_categorical_crossentropy: {from_logits: true}}", TABLE),
    Example("M105", BINARY, CLASSES, "- Dense: {units: 3, activation: softmax}", "@", IRIS),
    Example("M105", '"3": 2.0', '"1": 2.0', SOFTMAX_3, f'{CLASSES}\nclass_weight: {{"0": 1.0, @}}',
            IRIS),
    Example("M110", "relu", "linear", ONE_NUMBER),
    Example("M110", "tanh", "linear", ONE_NUMBER),
    Example("M110", "sigmoid", "linear",
            "- Flatten\n- Dense: {units: 64, activation: @}\n- Reshape: [8, 8]",
            data='data: {source: "sklearn:digits", features: [images], task: reconstruction}'),
    Example("M111", "standardize", "none", "- Dense: {units: 1, activation: softplus}",
            "loss: msle #!", "data: {source: table.csv, target: price, target_scaling: @}"),
    Example("M111", "msle", "mse", "- Dense: 1",
            "loss: @ #!", "data: {source: table.csv, target: price, target_scaling: log}"),
    Example("M113", BINARY, "loss: mse", SIGMOID.replace("sigmoid", "linear"), "@"),
    Example("M114", "loss: mse", "loss: {binary_crossentropy: {from_logits: true}}",
            "- Dense: 1", "@", CANCER),
]  # fmt: skip

METRICS = [
    Example("M104", "accuracy", "rmse", training="loss: mse\nmetrics: [@]"),
    Example("M104", "AUC", "mae", training="loss: huber\nmetrics: [@]"),
    Example("M104", "accuracy", "mae", "- Flatten\n- Dense: {units: 64, activation: sigmoid}\n"
            "- Reshape: [8, 8]", "loss: mse\nmetrics: [@]",
            'data: {source: "sklearn:digits", features: [images], scaling: minmax}'),
    Example("M104", "mae", "accuracy", SOFTMAX_3, f"{CLASSES}\nmetrics: [@]", IRIS),
    Example("M104", "categorical_accuracy", "sparse_categorical_accuracy", SOFTMAX_3,
            f"{CLASSES}\nmetrics: [@]", IRIS),
    Example("M104", "Recall", "accuracy", SOFTMAX_3, f"{CLASSES}\nmetrics: [@]", IRIS),
    Example("M104", "kl_divergence", "accuracy", SOFTMAX_3, f"{CLASSES}\nmetrics: [@]", IRIS),
    Example("M104", "Hinge", "accuracy", SOFTMAX_3, f"{CLASSES}\nmetrics: [@]", IRIS),
    Example("M104", "AUC", "accuracy", SOFTMAX_3, "loss: crossentropy\nmetrics: [@]", IRIS),
    Example("M104", "binary_crossentropy", "sparse_categorical_accuracy",
            f"- Input: [6]\n{SOFTMAX_3}",
            "loss: crossentropy\nmetrics: [SparseCategoricalCrossentropy, @]", ""),
    Example("M104", "sparse_categorical_accuracy", "AUC", SOFTMAX_3, f"{ONE_HOT}\nmetrics: [@]",
            IRIS),
    Example("M104", "categorical_accuracy", "binary_accuracy", SIGMOID,
            f"{BINARY}\nmetrics: [@]", CANCER),
    Example("M117", "AUC", "AUC: {from_logits: true}", "- Dense: 1",
            "loss: {binary_crossentropy: {from_logits: true}}\nmetrics: [@]", CANCER),
    Example("M117", "accuracy", "BinaryAccuracy: {threshold: 0}", "- Dense: 1",
            "loss: {binary_crossentropy: {from_logits: true}}\nmetrics: [@]", CANCER),
    Example("M118", "Accuracy", "accuracy", SOFTMAX_3, f"{CLASSES}\nmetrics: [@]", IRIS),
    Example("M121", "rmse", "mae", training="loss: mse\nmetrics:\n  - rmse\n  - @"),
    Example("M122", "none", "standardize", training="loss: mse\nmetrics: [mse]  #!",
            data="data: {source: table.csv, target: a, target_scaling: @}"),
    Example("M122", "sparse_categorical_crossentropy", "accuracy", SOFTMAX_3,
            f"{CLASSES}\nmetrics: [@]", IRIS),
    Example("M123", "[0.3, 0.7]", "0.3", SIGMOID,
            f"{BINARY}\nmetrics: [{{Precision: {{thresholds: @}}}}]", CANCER),
    Example("M123", "F1Score", "{F1Score: macro}", SOFTMAX_3, f"{ONE_HOT}\nmetrics: [@]", IRIS),
]  # fmt: skip

OUTPUTS = [
    Example("M107", "prize", "price", TWO_OUTPUTS,
            "loss: {kind: bce, @: mse}", PAIR),
    Example("M108", "{price: mse}", "{price: mse, kind: null}", TWO_OUTPUTS, "loss: @", PAIR),
    Example("M108", "mse", "{price: mse, kind: bce}", TWO_OUTPUTS, "loss: @", PAIR),
    Example("M109", "kin", "kind", TWO_OUTPUTS, f"{TWO_LOSSES}\nmetrics: {{@: [accuracy]}}", PAIR),
    Example("M109", "cost", "price", TWO_OUTPUTS, f"{TWO_LOSSES}\nloss_weights: {{@: 0.5}}", PAIR),
    Example("M109", "sort", "kind", TWO_OUTPUTS, TWO_LOSSES,
            "data: {source: t.csv, features: [x], target: {price: p, @: k}}"),
    Example("M115", "[mae]", "{price: [mae]}", TWO_OUTPUTS, f"{TWO_LOSSES}\nmetrics: @", PAIR),
    Example("M116", '{"0": 2.0}', "null", training="loss: mse\nclass_weight: @"),
    Example("M116", '{"1": 2.0}', "null", "- Dense: {units: 2, activation: sigmoid}",
            f"{BINARY}\nclass_weight: @", "data: {source: t.csv, target: [loud, late]}"),
    Example("M116", '{"1": 2.0}', "null",
            "- Input: [4, 3]\n- Dense: {units: 5, activation: softmax}",
            f"{CLASSES}\nclass_weight: @", "data: {source: t.npz, target: tag}"),
    Example("M116", '{"0": 2.0}', "null", TWO_OUTPUTS, f"{TWO_LOSSES}\nclass_weight: @", PAIR),
    Example("M120", "-1", "0.5", TWO_OUTPUTS, f"{TWO_LOSSES}\nloss_weights: {{kind: @}}", PAIR),
]  # fmt: skip

SILENT_WITHOUT_FACTS = [
    Example("M105", "7", "7", "- Dense: {units: @, activation: softmax}", CLASSES, TABLE),
    Example("M110", "relu", "relu", ONE_NUMBER,
            data="data: {source: table.csv, target: y, target_scaling: none}"),
    Example("M101", "sigmoid", "sigmoid", "- Input: [4]\n- Dense: {units: 1, activation: @}",
            data=""),
    Example("M101", "sigmoid", "sigmoid", ONE_NUMBER,
            data="data: {source: t.csv, target: y, task: classification}"),
    Example("M105", "2", "2", "- Dense: @", data="data: {source: table.npz, target: y}"),
]  # fmt: skip

WORDS = "- Input: {shape: [6], dtype: string}\n"
TABLES = [
    Example("G320", "4", "5", f"{WORDS}- StringLookup: [a, b, c, d]\n"
            "- Embedding: {input_dim: @, output_dim: 2}\n- Flatten\n- Dense: 1", "", ""),
    Example("G320", "9", "10", f"{WORDS}- Hashing: 10\n- Reshape: [3, 2]\n"
            "- Embedding: {input_dim: @, output_dim: 2}\n- Flatten\n- Dense: 1", "", ""),
    Example("G320", "3", "4", "- Input: [6]\n- Discretization: [0.0, 1.0, 2.0]\n"
            "- Embedding: {input_dim: @, output_dim: 2}\n- Flatten\n- Dense: 1", "", ""),
]  # fmt: skip

CLASS_NUMBERS = [
    Example("M104", "true", "false", SOFTMAX_3,
            f"{CLASSES}\nmetrics: [{{MeanIoU: {{num_classes: 3, sparse_y_pred: @}}}}]", IRIS),
    Example("M130", "F1Score", "{F1Score: {threshold: 0.5}}", SIGMOID,
            f"{BINARY}\nmetrics: [@]", CANCER),
    Example("M130", "{FBetaScore: {beta: 2.0}}", "{FBetaScore: {beta: 2.0, threshold: 0.4}}",
            SIGMOID, f"{BINARY}\nmetrics: [@]", CANCER),
    Example("M130", "null", "0.5", "- Dense: {units: 3, activation: sigmoid}",
            f"{BINARY}\nmetrics: [{{F1Score: {{average: macro, threshold: @}}}}]",
            "data: {source: t.npz, target: tags}"),
]  # fmt: skip

TASK_EXAMPLES = [*CLASS_NUMBERS, *TABLES, *LOSS_AND_HEAD, *TARGETS, *METRICS, *OUTPUTS]

__all__ = ["DIABETES", "DIGITS", "SILENT_WITHOUT_FACTS", "SOFTMAX_10", "TASK_EXAMPLES"]
