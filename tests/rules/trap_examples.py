"""Examples of what passes every other rule and trains to nothing, or stops at the first step."""

from rule_examples import (
    BINARY,
    CANCER,
    CLASSES,
    DIGITS,
    IRIS,
    ONE_HOT,
    SIGMOID,
    SOFTMAX_3,
    Example,
)

LABELS = "- Dense: {units: 3, activation: sigmoid}"
LABELLED = "data: {source: t.npz, target: tags}"
OPEN = "- Input: [null, 3]\n  name: a\n"
STEPS = "- Input: [5, 3]\n"
VECTORS = "- Input: [6]\n- Dense: 4\n"
WORDS = "- Input: {shape: [6], dtype: string}\n"
HIDDEN = "- Dense: {units: 8, activation: relu}\n"
RATE = "optimizer: {adam: {learning_rate: {%s}}}\nloss: mse\nepochs: 10"
CPU = "runtime: {device: cpu}"

COUNTS = [
    Example("M131", "3", "1", SOFTMAX_3, f"{ONE_HOT}\nmetrics: [{{Recall: {{class_id: @}}}}]",
            IRIS),
    Example("M131", "9", "2", SOFTMAX_3, f"{ONE_HOT}\nmetrics: [{{Precision: {{top_k: @}}}}]",
            IRIS),
    Example("M131", "2", "3", SOFTMAX_3, f"{CLASSES}\nmetrics: [{{MeanIoU: {{num_classes: @, "
            "sparse_y_pred: false}}]", IRIS),
    Example("M131", "5", "3", LABELS, f"{BINARY}\nmetrics: [{{AUC: {{multi_label: true, "
            "num_labels: @}}]", LABELLED),
    Example("M131", "[0.3, 0.7]", "[0.3, 0.3, 0.4]", LABELS, f"{BINARY}\nmetrics: [{{AUC: "
            "{multi_label: true, label_weights: @}}]", LABELLED),
    Example("M131", "[0.3, 0.7]", "[0.2, 0.3, 0.5]", SOFTMAX_3,
            "loss: {CategoricalFocalCrossentropy: {alpha: @}}", IRIS),
    Example("M131", "0", "-1", SOFTMAX_3, "loss: {categorical_crossentropy: {axis: @}}", IRIS),
    Example("M131", "4", "1", SIGMOID, "loss: {Dice: {axis: @}}", CANCER),
    Example("M131", "2", "0", "- Dense: 1", "loss: mse\n"
            "metrics: [{PearsonCorrelation: {axis: @}}]"),
    Example("M131", "circle", "mse", f"{STEPS}- Dense: 2\n- UnitNormalization", "loss: @", ""),
    Example("M131", "ctc", "mse", VECTORS, "loss: @", ""),
    Example("M132", "{SparseTopKCategoricalAccuracy: 3}", "{SparseTopKCategoricalAccuracy: 2}",
            SOFTMAX_3, f"{CLASSES}\nmetrics: [@]", IRIS),
    Example("M132", "PearsonCorrelation", "{PearsonCorrelation: {axis: 0}}", "- Dense: 1",
            "loss: mse\nmetrics: [@]"),
    Example("M132", "CosineSimilarity", "r2", "- Dense: 1", "loss: mse\nmetrics: [@]"),
    Example("M132", "PearsonCorrelation", "{PearsonCorrelation: {axis: 0}}",
            "- Input: [6]\n- Dense: 2",
            "loss: mse\nmetrics: [@]", ""),
    Example("M131", "1", "2", f"{STEPS}- Masking\n- Dense: {{units: 3, activation: softmax}}",
            "loss: {categorical_crossentropy: {axis: @}}", ""),
    Example("M136", "0", "2", "- Input: [6]\n- Dense: {units: 2, activation: softmax}",
            "loss: {SparseCategoricalCrossentropy: {ignore_class: @}}", ""),
    Example("M136", "{ignore_class: 0}", "{}",
            "- Input: [6]\n- Dense: {units: 2, activation: softmax}",
            "loss: {SparseCategoricalCrossentropy: @}", ""),
    Example("M137", "sparsemax", "softmax", "- Dense: {units: 3, activation: @}",
            ONE_HOT, IRIS),
    Example("M112", "gelu", "exponential", "- Dense: {units: 1, activation: @}", "loss: poisson",
            "data: {source: sklearn:diabetes, target_scaling: none}"),
    Example("M104", "MeanIoU: {num_classes: 3, sparse_y_pred: false}", "BinaryIoU: {}",
            f"- Input: [6]\n{LABELS}", f"{BINARY}\nmetrics: [{{@}}]", ""),
    Example("M104", "OneHotMeanIoU: {num_classes: 2, sparse_y_pred: false}", "BinaryIoU: {}",
            f"- Input: [6]\n{SIGMOID}", f"{BINARY}\nmetrics: [{{@}}]", ""),
    Example("M104", "sparse_categorical_accuracy", "binary_accuracy", f"- Input: [6]\n{LABELS}",
            f"{BINARY}\nmetrics: [@]", ""),
    Example("P111", "Equalization", "Identity", "- Input: [8, 8, 1]\n- Conv2D: {filters: 2, "
            "kernel_size: 3}\n- @ #!\n- Flatten\n- Dense: 1", "loss: mse", ""),
    Example("M104", "[accuracy]", "[]", f"- Input: [6]\n{SIGMOID}", "loss: mape\nmetrics: @", ""),
    Example("M104", "[categorical_accuracy]", "[]",
            f"- Input: [6]\n{SIGMOID}", "loss: log_cosh\nmetrics: @", ""),
    Example("T107", "0.0", "0.001", "- Dense: 1", "optimizer: {ftrl: {learning_rate: {CosineDecay: "
            "{initial_learning_rate: @, decay_steps: 4, warmup_target: 0.01, warmup_steps: 2}}}}\n"
            "loss: mse\nepochs: 10"),
    Example("T138", "float16", "mixed_float16", "- Dense: {units: 4, activation: relu, dtype: @}\n"
            "- Dense: 1", "optimizer: adam\nloss: mse"),
    Example("T138", "adam", "sgd", "- Model:\n    - Dense: {units: 4, activation: relu, dtype: "
            "float16} #!\n- Dense: 1", "optimizer: @\nloss: mse"),
    Example("T138", "float16", "float32", "- Dense: 1", "optimizer: rmsprop\nloss: mse",
            rest="runtime: {dtype_policy: @}"),
    Example("T138", "adamax", "sgd", "- Model:\n    - Dense: {units: 4, activation: relu, dtype: "
            "float16} #!\n- Dense: 1", "optimizer: @\nloss: mse"),
    Example("T139", "float16", "float32", "- Dense: 4\n- UnitNormalization: {dtype: @}\n"
            "- Dense: 1", "loss: mse"),
    Example("T139", "mixed_float16", "float32", "- Dense: 4\n- UnitNormalization #!\n"
            "- Dense: {units: 1, dtype: float32}", "loss: mse", rest="runtime: {dtype_policy: @}"),
    Example("T139", "float16", "float32", "- Dense: 1", "loss: {mae: {dtype: @}}"),
    Example("T139", "float16", "float32", "- Dense: 1",
            "loss: mse\nmetrics: [{RootMeanSquaredError: {dtype: @}}]"),
    Example("T107", "0.1", "0.001", "- Dense: 1", "optimizer: {lion: {learning_rate: @}}\n"
            "loss: mse"),
    Example("M101", "kl_divergence", "binary_crossentropy", f"- Input: [6]\n{SIGMOID} #!",
            "loss: @", ""),
    Example("M104", "{MeanIoU: {num_classes: 2, sparse_y_pred: false}}", "BinaryIoU",
            f"- Input: [6]\n{SIGMOID}", "loss: dice\nmetrics: [@]", ""),
    Example("M132", "PearsonCorrelation", "{PearsonCorrelation: {axis: 0}}",
            f"- Input: [6]\n{LABELS}", "loss: dice\nmetrics: [@]", ""),
    Example("M112", "poisson", "mae", "- Input: [6]\n- Dense: 1", "loss: mse\nmetrics: [@]", ""),
    Example("M137", "sparsemax", "softmax", "- Dense: {units: 3, activation: @}",
            "loss: crossentropy", IRIS),
    Example("M137", "kl_divergence", "accuracy",
            "- Input: [6]\n- Dense: {units: 3, activation: sparsemax}",
            "loss: categorical_hinge\nmetrics: [@]", ""),
    Example("M132", "Precision", "accuracy",
            "- Input: [6]\n- Dense: {units: 2, activation: log_softmax}",
            "loss: hinge\nmetrics: [@]", ""),
    Example("P142", "trainable: false", "trainable: true", "- Model:\n    layers:\n    - Dense: "
            "{units: 4, use_bias: false, kernel_initializer: zeros} #!\n    @\n- Dense: 1",
            "loss: mse"),
    Example("P145", "SpatialDropout1D: 0.2", "UnitNormalization", f"{STEPS}- @\n- Masking #!\n"
            "- GRU: 4\n- Dense: 1", "loss: mse", ""),
    Example("S106", "ill", "sick", f"{SIGMOID}\n  name: sick", BINARY,
            "data: {source: sklearn:breast_cancer, target: target, positive: {@: 1}}"),
    Example("M138", "{Pinball: [0.1, 0.9]}", "mse", "- Dense: 4", "loss: @",
            'data: {source: "sklearn:iris", task: reconstruction}'),
    Example("M138", "gaussian_nll", "{sparse_categorical_crossentropy: {from_logits: true}}",
            "- Dense: 3", "loss: @", 'data: {source: "sklearn:iris", target: target, '
            "task: classification}"),
    Example("M139", "gaussian_nll", "{Pinball: [0.1, 0.9]}", "- Dense: 2", "loss: @ #!",
            "data: {source: table.csv, target: price, target_scaling: log}"),
    Example("D113", "0.999", "0.9", "- Dense: 1", "loss: mse", rest="evaluation: {interval: @}"),
    Example("S115", ", positive: 1", "", "- Dense: 1", "loss: mse",
            "data: {source: sklearn:diabetes, target: target@}"),
    Example("P111", "LayerNormalization", "Rescaling: 1.0",
            "- Input: {shape: [3], dtype: int32}\n- @ #!\n- Dense: 1", "loss: mse", ""),
    Example("P111", "multi_hot", "tf_idf, idf_weights: [1.0, 2.0]",
            "- Input: {shape: [3], dtype: string}\n- StringLookup: {vocabulary: [a, b], "
            "output_mode: @}\n"
            "- SpectralNormalization: {layer: {Dense: 4}} #!\n- Dense: 1", "loss: mse", ""),
    Example("P141", "1", "2", f"{STEPS}- Softmax: {{axis: @}}\n- GlobalAveragePooling1D #!\n"
            "- Dense: 1", "loss: mse", ""),
    Example("P141", "1", "2", f"{STEPS}- Softmax: {{axis: @}}\n- Identity\n"
            "- GlobalAveragePooling1D #!\n- Dense: 1", "loss: mse", ""),
    Example("P141", "Permute: [2, 1, 3]", "Permute: [2, 3, 1]", "- Input: [4, 4, 2]\n- Softmax: "
            "{axis: [1, 2]}\n- @\n- GlobalAveragePooling2D #!\n- Dense: 1", "loss: mse", ""),
    Example("P141", "log_softmax", "softmax", "- Input: [6, 3]\n- Conv1D: {filters: 4, "
            "kernel_size: 3, activation: @}\n- ZeroPadding1D\n- Dropout: 0.1\n"
            "- GlobalMaxPooling1D #!\n- Dense: 1", "loss: mse", ""),
    Example("P132", "0.00392156862745098", "2.0", "- Input: [8, 8, 1]\n- Rescaling: @\n"
            "- MaxPooling2D\n- RandomBrightness: 0.2 #!\n- Flatten\n- Dense: 1", "loss: mse", ""),
    Example("G322", "2", "1", f"{OPEN}- MaxPooling1D: @\n  name: b\n- Add:"
            "\n  inputs: [a, b] #!\n- GlobalMaxPooling1D\n- Dense: 1", "loss: mse", ""),
    Example("G322", "3", "2", f"{OPEN}- MaxPooling1D: @\n- UpSampling1D: 2\n"
            "  name: b\n- Concatenate:\n  inputs: [a, b] #!\n- GlobalMaxPooling1D\n- Dense: 1",
            "loss: mse", ""),
    Example("M133", "cosine_similarity", "mse", "- Dense: 1", "loss: @"),
    Example("M134", "Identity", "UnitNormalization", f"{VECTORS}- @", "loss: circle", ""),
    Example("M135", "none", "sum", "- Dense: {units: 1, kernel_regularizer: {L2: 1e-3}}",
            "loss: {mse: {reduction: @}}"),
    Example("M104", "true", "false", SOFTMAX_3, f"{CLASSES}\nmetrics: "
            "[{SparseTopKCategoricalAccuracy: {k: 2, from_sorted_ids: @}}]", IRIS),
    Example("M104", "[mae]", "[]", f"{VECTORS}- UnitNormalization", "loss: circle\nmetrics: @", ""),
    Example("M120", "0.0", "0.25", SOFTMAX_3,
            "loss: {CategoricalFocalCrossentropy: {alpha: @}}", IRIS),
    Example("M120", "1.0", "0.25", SIGMOID, "loss: {BinaryFocalCrossentropy: "
            "{apply_class_balancing: true, alpha: @}}", CANCER),
    Example("M120", "0.0", "0.5", SIGMOID, "loss: {Tversky: {alpha: @, beta: 0.0}}", CANCER),
]  # fmt: skip

CONSTANTS = [
    Example("P140", "1", "4", "- Dense: @\n- LayerNormalization #!\n- Dense: 1"),
    Example("P140", "-1", "2", f"{VECTORS}- GroupNormalization: {{groups: @}}\n- Dense: 1",
            data=""),
    Example("P140", "1", "2", f"{STEPS}- GlobalAveragePooling1D\n- Dense: @\n"
            "- UnitNormalization #!\n- Dense: 1", data=""),
    Example("P140", "log_softmax", "relu", "- Dense: {units: 1, activation: @}\n- Dense: 1"),
    Example("P140", "softmax", "relu", "- Dense: 1\n- Activation: @\n- Dense: 1"),
    Example("P140", "2", "1", "- Input: [3, 1]\n- Softmax: {axis: @}\n- Flatten\n- Dense: 1",
            data=""),
    Example("P141", "0", "0.5", "- Rescaling: @\n- Dense: 1"),
    Example("P141", "0.0", "6.0", "- Dense: 4\n- ReLU: {max_value: @}\n- Dense: 1"),
    Example("P141", "1", "9", f"{WORDS}- Hashing: @\n"
            "- Embedding: {input_dim: 9, output_dim: 2}\n- Flatten\n- Dense: 1", data=""),
    Example("P141", "0.0", "2.0", "- Dense: {units: 1, kernel_constraint: {MaxNorm: @}}"),
    Example("P142", "zeros", "he_normal",
            "- Dense: {units: 4, activation: relu, kernel_initializer: @}\n- Dense: 1"),
    Example("P142", "{Constant: 0.0}", "{Constant: 0.1}",
            "- Dense: {units: 4, kernel_initializer: @}\n- Dropout: 0.1\n- ReLU\n- Dense: 1"),
    Example("P142", "zeros", "he_normal",
            "- Dense: {units: 4, activation: tanh, kernel_initializer: zeros} #!\n"
            "- Dense: {units: 1, kernel_initializer: @}"),
    Example("P143", "[1, 3]", "[3, 1]", "- Input: [3]\n- Reshape: @\n- GRU: 4 #!\n- Dense: 1",
            data=""),
    Example("P143", "[1, 4]", "[2, 2]", "- Input: [4]\n- Reshape: @\n"
            "- MultiHeadAttention: {num_heads: 1, key_dim: 2} #!\n- Flatten\n- Dense: 1", data=""),
    Example("P115", "7.0", "1e-3",
            "- Dense: {units: 4, activation: relu, activity_regularizer: {L1: @}}\n- Dense: 1"),
    Example("P115", "7.0", "1e-3", "- ActivityRegularization: {l2: @}\n- Dense: 1"),
    Example("P115", "7.0", "1e-3", "- Input: {shape: [3], dtype: int32}\n- Embedding: {input_dim: "
            "4, output_dim: 2, embeddings_regularizer: {L2: @}}\n- Flatten\n- Dense: 1", data=""),
    Example("P106", "linear", "relu",
            "- Dense: 8\n- BatchNormalization\n- Activation: @\n- Dense: 1".replace(
                "- Dense: 8\n", "- Dense: 8 #!\n")),
    Example("P106", "linear", "relu", "- Input: [8, 8, 3]\n- SeparableConv2D: {filters: 9, "
            "kernel_size: 3, activation: @}\n- Flatten\n- Dense: 1", data=""),
    Example("P111", "RandomPosterization: {factor: 4}", "RandomFlip: horizontal",
            "- Input: [8, 8, 3]\n- Conv2D: {filters: 3, kernel_size: 3, activation: relu}\n- @\n"
            "- Flatten\n- Dense: 1", data=""),
    Example("P111", "step", "tanh", f"{STEPS}- Dense: 2\n- RNN: {{cell: {{GRUCell: {{units: 3, "
            "activation: @}}}\n- Dense: 1", data=""),
]  # fmt: skip

CROPS = [
    Example("P144", "Identity", "CenterCrop: {height: 5, width: 5}", "- Input: [8, 8, 3]\n"
            "- RandomCrop: {height: 5, width: 5} #!\n- @\n- Flatten\n- Dense: 1", data=""),
    Example("M104", "sparse_categorical_crossentropy", "categorical_crossentropy", SOFTMAX_3,
            "loss: Dice\nmetrics: [@]", IRIS),
]  # fmt: skip

TRAININGS = [
    Example("T123", "1e4", "1e-7", training="optimizer: {adam: {epsilon: @}}\nloss: mse"),
    Example("T132", "float16", "float32",
            "- Dense: {units: 4, activation: relu, dtype: @}\n- Dense: 1",
            "optimizer:\n  SGD:\n    global_clipnorm: 1.0 #!\nloss: mse"),
    Example("T132", "mixed_float16", "float32", SOFTMAX_3,
            f"{CLASSES}\nmetrics: [{{SparseTopKCategoricalAccuracy: 2}}] #!", IRIS,
            "runtime: {dtype_policy: @}"),
    Example("T132", "bfloat16", "float32", "- Dense: {units: 4, activation: relu, dtype: @, "
            "activity_regularizer: {L1: 0.01}}\n- Dense: 1"),
    Example("T133", "loss_scale_factor: 4.0", "clipnorm: 1.0",
            "- Input: {shape: [3], dtype: int32}\n- Embedding: {input_dim: 4, output_dim: 2}\n"
            "- Flatten\n- Dense: 1", "optimizer: {SGD: {@}}\nloss: mse", ""),
    Example("T134", "900", "4",
            training="optimizer: {adam: {gradient_accumulation_steps: @}}\nloss: mse\nepochs: 5"),
    Example("T135", "50.0", "0.01", training="optimizer: {AdamW: {learning_rate: 0.01, "
            "weight_decay: @}}\nloss: mse"),
    Example("T136", "5", "100",
            training=RATE % "CosineDecay: {initial_learning_rate: 0.01, decay_steps: @}"),
    Example("T136", "0.2", "0.99", training=RATE % (
            "ExponentialDecay: {initial_learning_rate: 0.01, decay_steps: 1, decay_rate: @}")),
    Example("T136", "3", "100", training=RATE % (
            "PolynomialDecay: {initial_learning_rate: 0.01, end_learning_rate: 0.0, "
            "decay_steps: @}")),
    Example("T137", "true", "auto", f"{STEPS}- LSTM: {{units: 3, use_cudnn: @}}\n- Dense: 1",
            data="", rest=CPU),
    Example("T137", "channels_first", "channels_last", "- Input: [8, 8, 3]\n- Model:\n"
            "    - Conv2D: {filters: 2, kernel_size: 3, data_format: @} #!\n- Flatten\n"
            "- Dense: 1", "loss: mse", "", CPU),
    Example("T137", "true", "auto", f"{STEPS}- GRU: {{units: 3, reset_after: false, use_cudnn: "
            "@}\n- Dense: 1", data=""),
]  # fmt: skip

TABLES = [
    Example("G320", "3", "5", f"{WORDS}- StringLookup: [a, b, c, d]\n"
            "- CategoryEncoding: {num_tokens: @}\n- Dense: 1", "", ""),
    Example("G320", "3", "9", f"{WORDS}- Model:\n    - Hashing: 9\n- Model:\n    - Identity\n"
            "    - Embedding: {input_dim: @, output_dim: 2}\n    - Flatten\n- Dense: 1", "", ""),
    Example("G323", "auto", "9", "- Input: {shape: [3], dtype: int32}\n"
            "- Embedding: {input_dim: @, output_dim: 2}\n- Flatten\n- Dense: 1", "", ""),
    Example("G321", "Softmax", "Activation: softmax", f"{STEPS}- Masking\n- @\n- LSTM: 3\n"
            "- Dense: 1", "", ""),
]  # fmt: skip

PIXELS = 'data: {source: "sklearn:digits", target: target, scaling: minmax}'
WITHIN = [
    Example("P132", "255", "1", "- Reshape: [8, 8, 1]\n- Model:\n    - RandomBrightness: "
            "{factor: 0.1, value_range: [0, @]}\n    - Flatten\n"
            "- Dense: {units: 10, activation: softmax}", CLASSES, DIGITS),
    Example("P132", "255", "1", "- Reshape: [8, 8, 1]\n- Pipeline: [{RandomFlip: horizontal}, "
            "{RandomContrast: {factor: 0.1, value_range: [0, @]}}]\n- Flatten\n"
            "- Dense: {units: 10, activation: softmax}", CLASSES, DIGITS),
    Example("P111", "step", "sigmoid",
            f"{STEPS}- LSTM: {{units: 3, recurrent_activation: @}}\n- Dense: 1", data=""),
    Example("P103", "0.95", "0.5", f"- Model:\n    {HIDDEN}    - Dropout: @\n- Dense: 1"),
    Example("P140", "1", "4", "- Model:\n    - Dense: @\n    - LayerNormalization #!\n- Dense: 1"),
    Example("P111", "step", "tanh", "- Model:\n    - Model:\n        - Dense: {units: 4, "
            "activation: @}\n- Dense: 1"),
    Example("T131", "step", "sigmoid", "- Model:\n    - Dense: {units: 1, activation: @}", BINARY,
            CANCER),
]  # fmt: skip

TRAP_EXAMPLES = [*COUNTS, *CROPS, *CONSTANTS, *TRAININGS, *TABLES, *WITHIN]
