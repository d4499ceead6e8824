"""Floor 3: the words of the language: names near each other, habits from elsewhere, wordings."""
