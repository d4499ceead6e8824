"""Examples of the rules on good practice (codes P)."""

from rule_examples import CLASSES, DIGITS, Example

HIDDEN = "- Dense: {units: 16, activation: @}\n- Dense: 1"
NORMALIZED = "- Dense: 16\n- BatchNormalization\n- Activation: relu\n- Dense: 1"
IMAGE = "- Input: [16, 16, 3]\n%s\n- Flatten\n- Dense: 1"
SERIES = "- Input: [%s, 2]\n%s\n- Dense: 1"
TOKENS = "- Input: {shape: [20], dtype: int32}\n- Embedding: {input_dim: 50, output_dim: 4, %s}"

NORMALIZATION = [
    Example("P101", "relu", "linear",
            "- Dense: {units: 16, activation: @}\n- BatchNormalization #!\n- Dropout: 0.2\n"
            "- Dense: 1"),
    Example("P101", "Activation: relu", "Dropout: 0.1",
            "- Dense: 16\n- @\n- BatchNormalization #!\n- Dense: 1"),
    Example("P108", "true", "false", "- Input: [8, 8, 3]\n"
            "- Conv2D: {filters: 4, kernel_size: 3, use_bias: @}\n"
            "- AutoContrast\n- GlobalAveragePooling2D\n- Dense: 1", data=""),
    Example("P108", "4", "2", "- Input: [8, 8, 3]\n"
            "- Conv2D: {filters: 4, kernel_size: 3} #!\n"
            "- GroupNormalization: {groups: @}\n- GlobalAveragePooling2D\n- Dense: 1", data=""),
    Example("P108", "-1", "2", "- Input: [8, 8, 3]\n"
            "- Conv2D: {filters: 4, kernel_size: 3} #!\n"
            "- GroupNormalization: {groups: @}\n- GlobalAveragePooling2D\n- Dense: 1", data=""),
    Example("P108", "true", "false", NORMALIZED.replace("Dense: 16",
            "Dense: {units: 16, use_bias: @}")),
    Example("P109", "Dropout: 0.2", "Identity",
            "- Dense: 16\n- @\n- BatchNormalization #!\n- Activation: relu\n- Dense: 1"),
    Example("P110", "BatchNormalization", "Identity", "- Dense: 1\n- @"),
]  # fmt: skip

DROPOUT = [
    Example("P102", "Dropout: 0.2", "Identity", "- Dense: 1\n- @"),
    Example("P102", "Dropout: 0.2", "Identity", "- Flatten\n- Dense: 10\n- @\n"
            "- Activation: softmax", CLASSES, DIGITS),
    Example("P103", "0.9", "0.5",
            "- Dense: {units: 8, activation: relu}\n- Dropout: @\n- Dense: 1"),
    Example("P104", "GaussianDropout: 0.2", "Identity",
            "- Dense: {units: 8, activation: relu}\n- Dropout: 0.2 \n- @\n- Dense: 1"),
    Example("P116", "Dropout", "AlphaDropout",
            "- Dense: {units: 8, activation: selu}\n- @: 0.2\n- Dense: 1"),
]  # fmt: skip

ACTIVATIONS = [
    Example("P105", "relu", "linear", "- Dense: {units: 8, activation: relu}\n- Activation: @\n"
            "- Dense: 1"),
    Example("P106", "linear", "relu", HIDDEN),
    Example("P106", "linear", "relu", "- Dense: {units: 16, activation: @}\n- Dropout: 0.2\n"
            "- Dense: 1"),
    Example("P106", "linear", "relu", "- Input: [8, 8, 1]\n"
            "- Conv2D: {filters: 4, kernel_size: 3, activation: @}\n- AveragePooling2D: 2\n"
            "- Flatten\n- Dense: 1", data=""),
    Example("P107", "softmax", "relu", HIDDEN),
    Example("P111", "step", "relu", HIDDEN),
    Example("P112", "1", "4", "- Dense: {units: @, activation: relu}\n"
            "- Dense: {units: 8, activation: relu}\n- Dense: 1"),
]  # fmt: skip

REDUNDANCY = [
    Example("P117", "Flatten", "Identity", "- @\n- Dense: 1"),
    Example("P118", "[a, a]", "[a, b]", "- Dense: {units: 4, activation: relu}\n  name: a\n"
            "- Dense: {units: 4, activation: relu}\n  name: b\n- Add:\n  inputs: @\n  name: c\n"
            "- Concatenate:\n  inputs: [b, c]\n- Dense: 1"),
    Example("P119", "0", "0.3", "- Dense: {units: 8, activation: relu}\n- Dropout: @\n- Dense: 1"),
]  # fmt: skip

SPATIAL = [
    Example("P132", "255", "1", "- Reshape: [8, 8, 1]\n- RandomBrightness: {factor: 0.1, "
            "value_range: [0, @]}\n- Flatten\n- Dense: {units: 10, activation: softmax}",
            CLASSES, DIGITS),
    Example("P132", "0.00392", "2.0", "- Rescaling: @\n- Flatten\n"
            "- Dense: {units: 10, activation: softmax}", CLASSES, DIGITS),
    Example("P120", "1", "2", IMAGE % "- MaxPooling2D: @", data=""),
    Example("P121", "3", "2", IMAGE % "- MaxPooling2D: {pool_size: 2, strides: @}", data=""),
    Example("P121", "4", "3", IMAGE % "- Conv2D: {filters: 2, kernel_size: 3, strides: @}",
            data=""),
    Example("P122", "3", "1", IMAGE % (
        "- MaxPooling2D: 16\n- Conv2D: {filters: 2, padding: same, kernel_size: @}"), data=""),
    Example("P123", "16", "8", "- Input: [16, 16, 3]\n- MaxPooling2D: @\n"
            "- GlobalAveragePooling2D #!\n- Dense: 1", data=""),
    Example("P124", "33", "5", IMAGE % (
        "- Conv2D: {filters: 2, padding: same, kernel_size: @}"), data=""),
]  # fmt: skip

RECURRENCE = [
    Example("P125", "true", "false",
            TOKENS % "mask_zero: @" + "\n- Flatten #!\n- Dense: 1", data=""),
    Example("P126", "relu", "tanh", SERIES % (9, "- LSTM: {units: 4, activation: @}"), data=""),
    Example("P127", "5000", "50", SERIES % ("@", "- GRU: 4 #!"), data=""),
]  # fmt: skip

CAPACITY = [
    Example("P113", "9000", "9", "- Dense: {units: @, activation: relu}\n- Dense: 1"),
    Example("P114", "{adamw: {weight_decay: 0.01}}", "adam",
            "- Dense: {units: 4, activation: relu, kernel_regularizer: {L2: 1e-3}} #!\n- Dense: 1",
            "optimizer: @\nloss: mse"),
    Example("P115", "10", "1e-3", "- Dense: {units: 1, kernel_regularizer: {L2: @}}"),
    Example("P128", "none", "standardize", "- Dense: {units: 3, activation: softmax}", CLASSES,
            'data: {source: "sklearn:wine", target: target, scaling: @}'),
]  # fmt: skip

RELU_16 = "- Dense: {units: 16, activation: relu}\n"
RESIDUAL_SHORTCUT = """- Input: [16, 16, 4]
- Conv2D: {filters: 4, kernel_size: 1, strides: 2}
- MaxPooling2D: {pool_size: 1, strides: 2}
- Flatten
- Dense: 1"""
LOW_RANK_CODE = f"{RELU_16}- Dense: 2\n{RELU_16}- Dense: 1"
SOFTMAX_GATE = """- Dense: {units: 8, activation: relu}
  name: a
- Dense: {units: 8, activation: softmax}
  name: gate
- Multiply:
  inputs: [a, gate]
- Dense: 1"""

UNMOVED = [RESIDUAL_SHORTCUT, LOW_RANK_CODE, SOFTMAX_GATE]
"""Networks that look like a mistake and are meant."""

PRACTICE_EXAMPLES = [
    *NORMALIZATION,
    *DROPOUT,
    *ACTIVATIONS,
    *REDUNDANCY,
    *SPATIAL,
    *RECURRENCE,
    *CAPACITY,
]
