"""Floor 7: models to and from the files of Keras."""
