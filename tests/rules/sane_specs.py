"""Specs that nothing is wrong with: every kind of head, and what stands around it."""

FIT = "epochs: 60\n  callbacks: [EarlyStopping: {patience: 8, restore_best_weights: true}]"

SANE = {
    "regression": """
data: {source: "sklearn:diabetes", target: target}
model: [Dense: {units: 32, activation: relu}, Dense: 1]
training:
  optimizer: {Adam: {learning_rate: 1e-3}}
  loss: mse
  metrics: [rmse, r2, mae, mse]
  %s
evaluation: {gates: {r2: {min: 0.3}}}
""",
    "several targets": """
data: {source: "sklearn:linnerud", target: [Weight, Waist, Pulse], split: {test: 0.2}}
model: [Dense: {units: 8, activation: tanh}, Dense: 3]
training: {optimizer: sgd, loss: huber, metrics: [mae], batch_size: 4, epochs: 40}
""",
    "two inputs of open lengths": """
model:
  - Input: [null, 3]
    name: sound
  - AveragePooling1D: 4
    name: coarse
  - Input: [null, 3]
    name: frames
  - Add:
    inputs: [coarse, frames]
  - GlobalMaxPooling1D
  - Dense: 1
training: {optimizer: Adam, loss: mse}
""",
    "pictures of any size": """
model:
  - Input: [null, null, 3]
    name: picture
  - Conv2D: {filters: 8, kernel_size: 3, padding: same, activation: relu}
    name: a
  - MaxPooling2D
  - Conv2D: {filters: 16, kernel_size: 3, padding: same, activation: relu}
    name: b
  - MaxPooling2D
  - Conv2D: {filters: 32, kernel_size: 3, padding: same, activation: relu}
  - UpSampling2D:
    name: up
  - Concatenate:
    inputs: [up, b]
  - UpSampling2D:
    name: up2
  - Concatenate:
    inputs: [up2, a]
  - Conv2D: {filters: 1, kernel_size: 1, activation: sigmoid}
training: {optimizer: Adam, loss: binary_crossentropy}
""",
    "down and up by more than most": """
model:
  - Input: [null, 3]
    name: whole
  - AveragePooling1D: 128
  - UpSampling1D: 128
    name: coarse
  - Subtract:
    inputs: [whole, coarse]
  - GlobalMaxPooling1D
  - Dense: 1
training: {optimizer: Adam, loss: mse}
""",
    "channels first where a GPU may be": """
model:
  - Input: [3, 16, 16]
  - Conv2D: {filters: 8, kernel_size: 3, activation: relu, data_format: channels_first}
  - GlobalMaxPooling2D: {data_format: channels_first}
  - Dense: 1
training: {optimizer: Adam, loss: mse}
""",
    "positive target": """
data: {source: counts.csv, target: count, target_scaling: none}
model: [Dense: {units: 8, activation: relu}, Dense: {units: 1, activation: exponential}]
training: {optimizer: adam, loss: poisson, metrics: [mae], epochs: 40}
""",
    "binary": """
data: {source: "sklearn:breast_cancer", target: target}
model: [Dense: {units: 8, activation: relu}, Dropout: 0.3, Dense: {units: 1, activation: sigmoid}]
training:
  optimizer: {AdamW: {learning_rate: 2e-3, weight_decay: 1e-3}}
  loss: {binary_crossentropy: {label_smoothing: 0.1}}
  metrics: [accuracy, AUC, Precision, Recall]
  class_weight: {"0": 1.5, "1": 1.0}
  epochs: 60
  callbacks:
    - EarlyStopping: {patience: 12, monitor: val_auc, mode: max, restore_best_weights: true}
    - ReduceLROnPlateau: {patience: 4, min_lr: 1e-5}
    - TerminateOnNaN
""",
    "binary scores": """
data: {source: "sklearn:breast_cancer", target: target}
model: [Dense: {units: 8, activation: relu}, Dense: 1]
training:
  optimizer: adam
  loss: {binary_crossentropy: {from_logits: true}}
  metrics: [{AUC: {from_logits: true}}, {BinaryAccuracy: {threshold: 0.0}}]
  %s
""",
    "margin": """
data: {source: "sklearn:breast_cancer", target: target}
model: [Dense: {units: 8, activation: relu}, Dense: {units: 1, activation: tanh}]
training: {optimizer: adam, loss: hinge, epochs: 20}
""",
    "perceptron": """
data: {source: gates.csv, target: out, scaling: none}
model: [Dense: {units: 1, activation: step}]
training: {optimizer: {SGD: {learning_rate: 1.0}}, loss: hinge, metrics: [accuracy], epochs: 30}
""",
    "classes": """
data: {source: "sklearn:wine", target: target}
model: [Dense: {units: 16, activation: relu}, Dense: {units: 3, activation: softmax}]
training:
  optimizer: {SGD: {learning_rate: 0.1, momentum: 0.9, nesterov: true}}
  loss: sparse_categorical_crossentropy
  metrics: [accuracy, {SparseTopKCategoricalAccuracy: 2}]
  batch_size: 16
  %s
""",
    "one-hot classes": """
data: {source: "sklearn:iris", target: target}
model: [Dense: {units: 16, activation: relu}, Dense: 3, Softmax]
training:
  optimizer: adam
  loss: {categorical_crossentropy: {label_smoothing: 0.05}}
  metrics: [accuracy, categorical_accuracy, AUC, F1Score: {average: macro}]
  %s
""",
    "class scores": """
data: {source: "sklearn:digits", target: target, scaling: minmax}
model:
  - Reshape: [8, 8, 1]
  - Conv2D: {filters: 16, kernel_size: 3, padding: same, use_bias: false}
  - BatchNormalization
  - ReLU
  - MaxPooling2D: 2
  - GlobalAveragePooling2D
  - Dropout: 0.2
  - Dense: 10
training:
  optimizer:
    adam:
      learning_rate: {CosineDecay: {initial_learning_rate: 1e-3, decay_steps: 20, unit: epochs}}
  loss: {sparse_categorical_crossentropy: {from_logits: true}}
  metrics: [accuracy]
  epochs: 20
""",
    "several labels": """
data: {source: labels.csv, features: [x, y], target: [red, round, sweet]}
model: [Dense: {units: 16, activation: relu}, Dense: {units: 3, activation: sigmoid}]
training: {optimizer: adam, loss: binary_crossentropy, metrics: [binary_accuracy, AUC], epochs: 9}
""",
    "reconstruction": """
data: {source: "sklearn:digits", features: [images], task: reconstruction, scaling: minmax}
model:
  - Flatten
  - Dense: {units: 32, activation: relu}
  - Dense: 8
    name: code
  - Dense: {units: 32, activation: relu}
  - Dense: {units: 64, activation: sigmoid}
  - Reshape: [8, 8]
training: {optimizer: adam, loss: binary_crossentropy, metrics: [mae], epochs: 30}
""",
    "standardized reconstruction": """
data: {source: "sklearn:diabetes", features: [age, bmi, bp, s1], task: reconstruction}
model: [Dense: {units: 2, activation: tanh}, Dense: 4]
training: {optimizer: adam, loss: mse, metrics: [rmse], epochs: 30}
""",
    "series": """
data: {source: sun.csv, target: spots, features: [spots], window: {length: 24}}
model:
  - Bidirectional: {layer: {LSTM: {units: 16, return_sequences: true}}}
  - Dropout: 0.1
  - GRU: 16
  - Dense: 1
training: {optimizer: {RMSprop: 2e-3}, loss: mae, metrics: [rmse], shuffle: false, epochs: 40}
""",
    "tokens": """
data: {source: tokens.npz, target: label, columns: {text: integer}}
model:
  - Embedding: {input_dim: 1000, output_dim: 16, mask_zero: true}
  - SpatialDropout1D: 0.2
  - LSTM: 8
  - Dense: {units: 1, activation: sigmoid}
training: {optimizer: adam, loss: binary_crossentropy, metrics: [accuracy], epochs: 5}
""",
    "attention": """
model:
  - Input: {shape: [20], dtype: int32}
  - Embedding: {input_dim: 100, output_dim: 16}
    name: words
  - MultiHeadAttention: {num_heads: 2, key_dim: 8}
    name: attended
  - Add:
    inputs: [words, attended]
  - LayerNormalization:
    name: normal
  - Dense: {units: 32, activation: gelu}
  - Dense: 16
    name: mixed
  - Add:
    inputs: [normal, mixed]
  - LayerNormalization
  - GlobalAveragePooling1D
  - Dense: {units: 4, activation: softmax}
training: {optimizer: adam, loss: sparse_categorical_crossentropy, metrics: [accuracy], epochs: 5}
""",
    "residual": """
model:
  - Input: [32, 32, 3]
  - Conv2D: {filters: 16, kernel_size: 3, padding: same, use_bias: false}
  - BatchNormalization
  - ReLU:
    name: stem
  - Conv2D: {filters: 32, kernel_size: 3, strides: 2, padding: same, use_bias: false}
  - BatchNormalization:
    name: long
  - Conv2D: {filters: 32, kernel_size: 1, strides: 2, use_bias: false}
    inputs: stem
  - BatchNormalization:
    name: short
  - Add:
    inputs: [long, short]
  - ReLU
  - GlobalAveragePooling2D
  - Dense: {units: 10, activation: softmax}
training: {optimizer: sgd, loss: sparse_categorical_crossentropy, metrics: [accuracy], epochs: 5}
""",
    "segmentation": """
model:
  - Input: [32, 32, 3]
  - Conv2D: {filters: 8, kernel_size: 3, padding: same, activation: relu}
    name: fine
  - MaxPooling2D: 2
  - Conv2D: {filters: 16, kernel_size: 3, padding: same, activation: relu}
  - Conv2DTranspose: {filters: 8, kernel_size: 2, strides: 2, activation: relu}
    name: up
  - Concatenate:
    inputs: [fine, up]
  - Conv2D: {filters: 1, kernel_size: 1, activation: sigmoid}
training: {optimizer: adam, loss: dice, metrics: [{BinaryIoU: {threshold: 0.5}}], epochs: 5}
""",
    "squeeze and excitation": """
model:
  - Input: [16, 16, 8]
    name: image
  - GlobalAveragePooling2D: {keepdims: true}
  - Dense: {units: 2, activation: relu}
  - Dense: {units: 8, activation: sigmoid}
    name: gate
  - Multiply:
    inputs: [image, gate]
  - GlobalMaxPooling2D
  - Dense: {units: 1, activation: sigmoid}
training: {optimizer: adam, loss: binary_focal_crossentropy, epochs: 5}
""",
    "two outputs": """
data: {source: flats.csv, features: [area, rooms], target: {price: p, sold: s}}
model:
  layers:
    - Dense: {units: 8, activation: relu}
      name: base
    - Dense: 1
      name: price
      inputs: base
    - Dense: {units: 1, activation: sigmoid}
      name: sold
      inputs: base
  outputs: [price, sold]
training:
  optimizer: adam
  loss: {price: mse, sold: binary_crossentropy}
  loss_weights: {price: 0.5, sold: 1.0}
  metrics: {price: [mae], sold: [accuracy]}
  epochs: 60
  callbacks:
    - EarlyStopping: {patience: 8, monitor: val_sold_accuracy, restore_best_weights: true}
""",
    "moving average": """
data: {source: "sklearn:diabetes", target: target}
model: [Dense: {units: 32, activation: selu}, AlphaDropout: 0.1, Dense: 1]
training:
  optimizer: {adam: {use_ema: true, ema_momentum: 0.95, clipnorm: 1.0}}
  loss: log_cosh
  epochs: 30
  callbacks: [SwapEMAWeights]
""",
    "warm-up": """
data: {source: "sklearn:diabetes", target: target}
model: [Dense: {units: 32, activation: swish}, LayerNormalization, Dense: 1]
training:
  optimizer:
    adam:
      learning_rate:
        CosineDecay:
          {initial_learning_rate: 0.0, warmup_target: 1e-3, warmup_steps: 30, decay_steps: 270}
  loss: mse
  epochs: 30
""",
    "untrained": """
model: [Input: [8], Dense: {units: 4, activation: sigmoid}]
""",
}


def sane_text(name: str) -> str:
    """Return a sane spec."""
    body = SANE[name]
    return "nnspec: 1" + (body % FIT if "%s" in body else body)
