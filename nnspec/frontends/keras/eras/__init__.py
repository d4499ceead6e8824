"""Documents of Keras 1, Keras 2 and tf.keras, rewritten to the form of Keras 3; floor 4."""
