"""Networks for the readers of Keras 2: one file of HDF5, or the folder that TensorFlow.js loads."""
