"""Examples of the rules on callbacks, learning rates and the run (codes T)."""

from rule_examples import BINARY, CANCER, TWO_LOSSES, TWO_OUTPUTS, Example

STOP = "loss: mse\nepochs: 100\ncallbacks:\n  - EarlyStopping: {patience: 5, @}"
PLATEAU = "loss: mse\nepochs: 100\ncallbacks:\n  - ReduceLROnPlateau: {patience: 5, @}"
BEST = "restore_best_weights: true"
RATE = "optimizer: {adam: {learning_rate: @}}\nloss: mse\nepochs: 10"
DECAY = "optimizer: {adam: {learning_rate: {%s}}}\nloss: mse\nepochs: 10"
NO_VALIDATION = 'data: {source: "sklearn:diabetes", target: target, split: {validation: 0}}'
SPLIT = 'data: {source: "sklearn:diabetes", target: target, split: {test: @}}'
PAIR = "data: {source: table.csv, features: [x], target: {price: p, kind: k}}"
SWAP = "optimizer: {adam: {%s}}\nloss: mse\ncallbacks: [SwapEMAWeights%s]"
TWO_CALLBACKS = f"""loss: mse
epochs: 100
callbacks:
  - EarlyStopping: {{patience: 10, {BEST}}}
  - ReduceLROnPlateau: {{patience: @}}"""

CALLBACKS = [
    Example("T101", "val_acc", "val_accuracy", "- Dense: {units: 1, activation: sigmoid}",
            f"{BINARY}\nmetrics: [accuracy]\nepochs: 50\n"
            f"callbacks: [EarlyStopping: {{patience: 5, monitor: @, {BEST}}}]", CANCER),
    Example("T101", "val_rmse", "val_loss", training=STOP.replace("@", f"monitor: @, {BEST}")),
    Example("T101", "val_kind_acc", "val_kind_accuracy", TWO_OUTPUTS,
            f"{TWO_LOSSES}\nmetrics: {{kind: [accuracy]}}\nepochs: 50\n"
            f"callbacks: [EarlyStopping: {{patience: 5, monitor: @, {BEST}}}]", PAIR),
    Example("T104", "val_loss", "loss", training=STOP.replace("@", f"monitor: @, {BEST}"),
            data=NO_VALIDATION),
    Example("T103", "{CosineDecay: {initial_learning_rate: 0.01, decay_steps: 900}}", "0.01",
            training="optimizer: {adam: {learning_rate: @}}\nloss: mse\nepochs: 100\n"
            "callbacks:\n  - ReduceLROnPlateau: {patience: 5} #!"),
    Example("T124", "100", "20", training=PLATEAU.replace("patience: 5, @", "patience: @")),
    Example("T105", "100", "20", training=STOP.replace("patience: 5, @", "patience: @")),
    Example("T124", "100", "20",
            training=STOP.replace("patience: 5, @", f"patience: @, {BEST}")),
    Example("T114", "restore_best_weights: false", BEST, training=STOP),
    Example("T115", "10", "4", training=TWO_CALLBACKS),
    Example("T116", "min_lr: 0.01", "min_lr: 1e-5", training=PLATEAU),
    Example("T117", "use_ema: false", "use_ema: true", training=SWAP % ("@", " #!\n  ")),
    Example("T118", "mode: max", "mode: min", training=PLATEAU),
    Example("T119", "EarlyStopping", "ReduceLROnPlateau",
            training=STOP.replace("@", BEST) + "\n  - @: {patience: 3}"),
]  # fmt: skip

RATES = [
    Example("T107", "2.5", "0.001", training=RATE),
    Example("T107", "1e-12", "1e-4", training=RATE),
    Example("T107", "20", "0.5", training=RATE.replace("adam", "sgd")),
    Example("T106", "5000", "100", training=DECAY % (
        "CosineDecay: {initial_learning_rate: 0.01, decay_steps: @}")),
    Example("T106", "30", "10", training=DECAY % (
        "CosineDecay: {initial_learning_rate: 0.01, unit: epochs, decay_steps: @}")),
    Example("T106", "[900, 4000]", "[30, 60]", training=DECAY % (
        "PiecewiseConstantDecay: {values: [0.1, 0.01, 0.001], boundaries: @}")),
    Example("T120", "warmup_steps: 10", "alpha: 0.1", training=DECAY % (
        "CosineDecay: {initial_learning_rate: 0.01, decay_steps: 90, @}")),
    Example("T120", "warmup_target: 0.1", "alpha: 0.1", training=DECAY % (
        "CosineDecay: {initial_learning_rate: 0.01, decay_steps: 90, @}")),
    Example("T121", "1.1", "0.9", training=DECAY % (
        "ExponentialDecay: {initial_learning_rate: 0.01, decay_steps: 90, decay_rate: @}")),
    Example("T121", "0.1", "0.001", training=DECAY % (
        "PolynomialDecay: {initial_learning_rate: 0.01, decay_steps: 90, end_learning_rate: @}")),
    Example("T122", "0.0", "0.9", training="optimizer:\n  SGD:\n    momentum: @\n"
            "    nesterov: true #!\nloss: mse"),
    Example("T122", "ema_momentum: 0.9", "clipnorm: 1.0",
            training="optimizer: {adam: {@}}\nloss: mse"),
    Example("T123", "1.0", "0.9", training="optimizer: {sgd: {momentum: @}}\nloss: mse"),
    Example("T125", "0.6", "0.1", "- Dense: {units: 1, activation: sigmoid}",
            "loss: {binary_crossentropy: {label_smoothing: @}}", CANCER),
]  # fmt: skip

RUN = [
    Example("T108", "0", "0.2", data=SPLIT),
    Example("T109", "r3", "r2", rest="evaluation: {gates: {@: {min: 0.3}}}"),
    Example("T109", "MeanSquaredError", "MeanAbsolutePercentageError",
            training="loss: mse\nmetrics: [mape]", rest="evaluation: {gates: {@: {max: 3}}}"),
    Example("T109", "1", "3", rest="evaluation: {gates: {mae: {min: 2, max: @}}}"),
    Example("T109", "2", "0.2", rest="evaluation: {gates: {r2: {min: @}}}"),
    Example("T109", "-0.5", "0.5", rest="evaluation: {gates: {rmse: {max: @}}}"),
    Example("T109", "1.2", "0.2", training="loss: mse\nmetrics: [{R2Score: {name: fit}}]",
            rest="evaluation: {gates: {fit: {min: @}}}"),
    Example("T109", "-2", "2", training="loss: mse\nmetrics: [mape]",
            rest="evaluation: {gates: {mape: {max: @}}}"),
    Example("T109", "0", "0.2", data=SPLIT, rest="evaluation: {gates: {mae: {max: 50}}} #!"),
    Example("T110", "required", "auto", rest="runtime: {deterministic: true, xla: @}"),
    Example("T111", "1000", "100", training="loss: mse\nbatch_size: @"),
    Example("T112", "1", "16", "- Dense: 8\n- BatchNormalization #!\n- Activation: relu\n"
            "- Dense: 1", "loss: mse\nbatch_size: @"),
    Example("T126", "true", "false",
            "- Input: {shape: [5, 2], batch_size: 4}\n- LSTM: {units: 3, stateful: @}\n- Dense: 1",
            "loss: mse\nbatch_size: 4", ""),
    Example("T131", "step", "sigmoid", "- Dense: {units: 1, activation: @}", BINARY, CANCER),
    Example("T128", "8", "4",
            "- Input: {shape: [5, 2], batch_size: 4} #!\n- LSTM: {units: 3, stateful: true}\n"
            "- Dense: 1", "loss: mse\nshuffle: false\nbatch_size: @", ""),
    Example("T132", "int32", "float64", "- Dense: {units: 1, dtype: @}"),
    Example("T132", "float64", "float32",
            "- Input: [8, 8, 8, 1]\n- MaxPooling3D: 2 #!\n- Flatten\n- Dense: 1",
            data="", rest="runtime: {dtype_policy: @}"),
    Example("T127", "1", "{units: 1, dtype: float32}", "- Dense: @",
            rest="runtime: {dtype_policy: mixed_float16}"),
]  # fmt: skip

UNTRAINED = Example("T113", "false", "true", "- Dense: {units: 1, trainable: @}")

TRAINING_EXAMPLES = [*CALLBACKS, *RATES, *RUN]
