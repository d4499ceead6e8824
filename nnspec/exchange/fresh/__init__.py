"""Readers of written files in a process of their own, which imports nothing of this package."""
