"""Floor 8: what a run reached, as data, as Markdown, on the terminal."""
