"""The layers of Keras, one family per file."""
