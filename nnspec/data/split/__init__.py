"""Splitting: rows and windows to training, validation and test."""
