"""Floor 4: documents of every form to one spec."""
