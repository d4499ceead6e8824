"""Floor 6: a larger sample out of the training rows, drawn anew in every epoch."""
