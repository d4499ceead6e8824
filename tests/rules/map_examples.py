"""Examples of the rules on maps and the labels that their clusters are compared with."""

from rule_examples import Example

LABELLED = 'data: {source: "sklearn:iris", labels: target}'
KOHONEN = "rule: kohonen\nepochs: 20"
MAP = "- SelfOrganizingMap: [4, 4]"

MAP_EXAMPLES = [
    Example("T150", "- Dense: 16", MAP, "@", "rule: kohonen #!\nepochs: 20", LABELLED),
    Example("T150", "- Dense: 3", "- Rescaling: 2.0", f"@\n{MAP}", KOHONEN, LABELLED),
    Example("T150", "- Dense: 3", "", f"{MAP} #!\n@", KOHONEN, LABELLED),
    Example("T150", "false", "true", "- SelfOrganizingMap: {grid: 9, trainable: @}",
            KOHONEN, LABELLED),
    Example("T151", "ReduceLROnPlateau: {patience: 5}",
            "EarlyStopping: {patience: 5, monitor: val_quantization_error, "
            "restore_best_weights: true}", MAP, f"{KOHONEN}\ncallbacks:\n- @", LABELLED),
    Example("T151", "keras", "fused", MAP, KOHONEN, LABELLED, "runtime: {engine: @}"),
    Example("T151", "true", "false", MAP, KOHONEN, LABELLED, "evaluation: {weighted: @}"),
    Example("T151", "0.9", "null", MAP, KOHONEN, LABELLED, "evaluation: {interval: @}"),
    Example("T151", "temperature", "null", MAP, KOHONEN, LABELLED, "evaluation: {calibration: @}"),
    Example("T152", "target: target", "labels: target", MAP, KOHONEN,
            'data: {source: "sklearn:iris", @}'),
    Example("T152", "labels: target", "target: target", "- Dense: {units: 3, activation: softmax}",
            "loss: sparse_categorical_crossentropy", 'data: {source: "sklearn:iris", @}'),
    Example("T152", "task: reconstruction, ", "", MAP, KOHONEN,
            'data: {@source: "sklearn:iris", labels: target}'),
    Example("T109", "accuracy", "silhouette", MAP, KOHONEN, LABELLED,
            "evaluation: {gates: {@: {min: 0.2}}}"),
    Example("T101", "val_accuracy", "val_quantization_error", MAP,
            f"{KOHONEN}\ncallbacks: [EarlyStopping: {{patience: 5, monitor: @, "
            "restore_best_weights: true}]", LABELLED),
]  # fmt: skip
