"""Floor 8, what a run leaves behind: its folder, checkpoints, figures, report and export."""
