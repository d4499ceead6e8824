"""Floor 4: what names and codes mean, for the terminal and as pages, out of their classes."""

from nnspec.reference.terminal import explain, list_names, nearest_name

__all__ = ["explain", "list_names", "nearest_name"]
