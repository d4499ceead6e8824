"""Floor 8, trackers: what a training reaches, told to other programs by their own libraries."""
