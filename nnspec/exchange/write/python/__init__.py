"""Floor 8: a spec as a program in Keras' own names, which needs nothing of this package."""
