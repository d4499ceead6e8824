"""A network of three heads, and how they are trained: parts of the specs of several tests."""

HEADS = """\
  layers:
    - Dense: {units: 8, activation: relu}
      name: trunk
    - Dense: 1
      name: height
    - Dense: {units: 1, activation: sigmoid}
      name: sort
      inputs: trunk
    - Dense: 1
      name: weight
      inputs: trunk
"""
TRAINED = """\
training:
  optimizer: adam
  loss: {height: mse, sort: binary_crossentropy, weight: mse}
  metrics: {height: [mae], sort: [accuracy]}
"""
