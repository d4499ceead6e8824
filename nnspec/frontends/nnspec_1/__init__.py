"""Floor 4: documents of the language itself, version 1, to a spec."""
