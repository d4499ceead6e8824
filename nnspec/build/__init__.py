"""Floor 7: the resolved network to a Keras model; the first floor that imports Keras."""
