"""Floor 2: one class per Keras object; everything else about it is derived."""
