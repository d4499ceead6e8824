"""Examples of the rules on learning rules (codes T140 and T141)."""

from rule_examples import CANCER, TABLE, TWO_OUTPUTS, Example

STEP = "- Dense: {units: 1, activation: step}"
RULE = "rule: perceptron  # in the place of an optimizer\nepochs: 50"
STOP = f"{RULE}\ncallbacks: [@]"
SEVERAL = TWO_OUTPUTS.replace("- Dense: 1\n", f"{STEP}\n").replace("[price, kind]", "@")

LEARNING = [
    Example("T140", "sigmoid", "step", "- Dense: {units: 1, activation: @}", RULE, CANCER),
    Example("T140", "3", "1", "- Dense: {units: @, activation: step}", RULE, TABLE),
    Example("T140", "Dense: {units: 8, activation: relu}", "Flatten", f"- @\n{STEP}", RULE, CANCER),
    Example("T140", "BatchNormalization", "Rescaling: 2.0", f"- @\n{STEP}", RULE, CANCER),
    Example("T140", "Dropout: 0.2", "Flatten", f"- @\n{STEP}", RULE, CANCER),
    Example("T140", "GaussianNoise: 0.1", "Identity", f"- @\n{STEP}", RULE, CANCER),
    Example("T140", "tanh", "linear",
            "- Dense: {units: 1, activation: @}\n- Activation: step #!", RULE, CANCER),
    Example("T140", "Rescaling: 2.0", "Activation: step",
            "- Dense: {units: 1, activation: linear}\n- @", RULE, CANCER),
    Example("T140", "kernel_regularizer: l2", "use_bias: false",
            "- Dense: {units: 1, activation: step, @}", RULE, CANCER),
    Example("T140", "kernel_constraint: NonNeg", "kernel_initializer: ones",
            "- Dense: {units: 1, activation: step, @}", RULE, CANCER),
    Example("T140", "lora_rank: 1", "bias_initializer: ones",
            "- Dense: {units: 1, activation: step, @}", RULE, CANCER),
    Example("T140", "trainable: false", "trainable: true",
            "- Dense: {units: 1, activation: step, @}", RULE, CANCER),
    Example("T140", "Reshape: [30, 1]", "Reshape: [30]", f"- @\n{STEP} #!", RULE, CANCER),
    Example("T140", "[a]", "[a], target: b", "- Dense: {units: 1, activation: step}",
            RULE.replace("rule: perceptron", "rule: perceptron #!"),
            "data: {source: table.csv, features: @}"),
    Example("T140", "[a, b]", "a", "- Dense: {units: 1, activation: step}", RULE,
            "data: {source: table.csv, target: @}"),
    Example("T141", "ReduceLROnPlateau", "EarlyStopping: {patience: 9, monitor: val_mistakes,"
            " restore_best_weights: true}", STEP, STOP, CANCER),
    Example("T141", "SwapEMAWeights", "TerminateOnNaN", STEP, STOP, CANCER),
    Example("T141", "auc", "accuracy", STEP, f"{RULE}\nmetrics: [@]", CANCER),
    Example("T141", "binary_crossentropy", "recall", STEP, f"{RULE}\nmetrics: [@]", CANCER),
    Example("T141", "{target: 2.0}", "null", STEP, f"{RULE}\nloss_weights: @", CANCER),
    Example("T141", "f1", "0.5", STEP, RULE, CANCER, "evaluation: {threshold: @}"),
    Example("T141", "temperature", "null", STEP, RULE, CANCER, "evaluation: {calibration: @}"),
    Example("T141", "keras", "auto", STEP, RULE, CANCER, "runtime: {engine: @}"),
    Example("T141", "required", "off", STEP, RULE, CANCER, "runtime: {xla: @}"),
]  # fmt: skip
