"""Floor 4: Keras' own model documents, as part of a spec."""
