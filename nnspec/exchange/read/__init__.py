"""Model files that others wrote: what is in them, read without trust; floor 8."""
