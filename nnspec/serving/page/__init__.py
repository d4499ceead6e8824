"""The page on which a person tries a row."""
