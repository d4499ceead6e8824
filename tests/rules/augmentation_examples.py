"""Examples of the rules on what enlarges the sample (T160, T161), and words."""

from rule_examples import (
    BINARY,
    CANCER,
    CLASSES,
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

ASKED = "augmentation: [@]"
NOISE = "GaussianNoise: 0.1"
FORECAST = "data: {source: table.csv, target: y, window: {length: 9}}"
GIVEN_BACK = "data: {source: digits.npz, features: [x], scaling: none}"
PICTURES = f"- Reshape: [8, 8, 1]\n- Flatten\n{SOFTMAX_10}"

TAGGED = "data: {source: t.csv, target: pos, features: [words], columns: {words: text, pos: tags}}"
READ = "- Embedding: {input_dim: 9, output_dim: 4, mask_zero: @}"
UNREAD = READ.replace("@", "false")
IGNORING = "{sparse_categorical_crossentropy: {ignore_class: -1}}"

AUGMENTATION_EXAMPLES = [
    Example("T163", "false", "true", f"{READ}\n{SOFTMAX_3} #!", CLASSES, TAGGED),
    Example("T163", "sparse_categorical_crossentropy", IGNORING, f"{UNREAD}\n{SOFTMAX_3} #!",
            "loss: @", TAGGED),
    Example("T161", "class_weight: balanced", "shuffle: true", SOFTMAX_3,
            f"{CLASSES}\n@\naugmentation: [Oversampling] #!", IRIS),
    Example("T160", f"{NOISE}, Oversampling", f"Oversampling, {NOISE}", SOFTMAX_3,
            f"{CLASSES}\n{ASKED}", IRIS),
    Example("T160", "false", "true", SOFTMAX_3,
            f"{CLASSES}\nshuffle: @\naugmentation: [Oversampling] #!", IRIS),
    Example("T160", "Oversampling", NOISE, training=f"loss: mse\n{ASKED}"),
    Example("T160", "Oversampling", NOISE, "- Dense: {units: 4, activation: sigmoid}",
            f"{BINARY}\n{ASKED}", "data: {source: table.csv, target: [a, b, c, d]}"),
    Example("T160", "Oversampling", NOISE, TWO_OUTPUTS, f"{TWO_LOSSES}\n{ASKED}", PAIR),
    Example("T160", CLASSES, ONE_HOT, SOFTMAX_3, "@\naugmentation: [MixUp] #!", IRIS),
    Example("T160", "loss: crossentropy", ONE_HOT, SOFTMAX_3, "@\naugmentation: [MixUp] #!", IRIS),
    Example("T160", "hinge", "{binary_crossentropy: {from_logits: true}}", "- Dense: 1",
            "loss: @\naugmentation: [MixUp] #!", TABLE),
    Example("T160", "class_weight: balanced", "shuffle: true", SOFTMAX_3,
            f"{ONE_HOT}\n@\naugmentation: [MixUp] #!", IRIS),
    Example("T160", "sample_weight: w", "task: regression",
            training="loss: mse\naugmentation: [MixUp] #!",
            data="data: {source: table.csv, target: y, @}"),
    Example("T160", "int32", "float32",
            "- Input: {shape: [8], dtype: @}\n- Rescaling: 0.1\n- Dense: 1",
            "loss: mse\naugmentation: [MixUp] #!", ""),
    Example("T160", "CutMix", "MixUp", SOFTMAX_3, f"{ONE_HOT}\n{ASKED}", IRIS),
    Example("T160", "Scaling", NOISE, "- LSTM: 8\n- Dense: 1", f"loss: mse\n{ASKED}", FORECAST),
    Example("T160", "TimeWarping", NOISE, "- Dense: 3\n- Dense: 64", f"loss: mse\n{ASKED}",
            GIVEN_BACK),
    Example("T160", "CutMix", NOISE, "- Input: [8, 8, 1]\n- Dense: 3\n- Dense: 1",
            f"loss: mse\n{ASKED}", "data: {source: d.npz, features: [x], target: y}"),
    Example("T160", NOISE, "Scaling", "- Input: [9, 2]\n- Masking\n- LSTM: 4\n" + SIGMOID,
            f"{BINARY}\n{ASKED}", "data: {source: d.npz, features: [x], target: y}"),
]  # fmt: skip

MASKS = """data:
  source: cells.csv
  target: mask
  features: [photo]
  columns: {photo: {image: {size: [32, 32]}}, mask: {mask: [32, 32]}}"""
SEGMENTED = "- Conv2D: {filters: 1, kernel_size: 1, activation: sigmoid}"

MASK_EXAMPLES = [
    Example("T162", "RandomRotation: 0.1", "RandomBrightness: {factor: 0.1, value_range: [0, 1]}",
            f"- @\n{SEGMENTED}", BINARY, MASKS),
    Example("T162", "RandomFlip", "RandomInvert: {value_range: [0, 1]}",
            f"- Pipeline: {{layers: [@]}}\n{SEGMENTED}", BINARY, MASKS),
    Example("M105", "valid", "same",
            "- Conv2D: {filters: 1, kernel_size: 3, padding: @, activation: sigmoid} #!", BINARY,
            MASKS),
    Example("M105", "sigmoid}", "sigmoid}\n- UpSampling2D: 2",
            "- MaxPooling2D: 2\n- Conv2D: {filters: 1, kernel_size: 1, activation: @", BINARY,
            MASKS),
    Example("M105", "- Flatten", "", f"{SEGMENTED}\n@", BINARY, MASKS),
]  # fmt: skip
AUGMENTATION_EXAMPLES += MASK_EXAMPLES

SILENT = [
    Example("", "RandomFlip", "", SEGMENTED, f"{BINARY}\n{ASKED}", MASKS),
    Example("", "MixUp", "", "- Dense: {units: 1, activation: sigmoid}",
            f"loss: crossentropy\n{ASKED}", CANCER),
    Example("", "Oversampling, MixUp", "", SOFTMAX_3, f"{ONE_HOT}\n{ASKED}", IRIS),
    Example("", "WindowSlicing, TimeWarping, Scaling", "", PICTURES, f"{CLASSES}\n{ASKED}",
            DIGITS),
]  # fmt: skip
