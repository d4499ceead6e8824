"""The executors over TensorFlow: arrays in, arrays out."""
