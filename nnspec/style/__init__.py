"""Floor 5: a spec in the preferred style: the same document, its comments kept.

document and comments -> lines; what cannot be moved safely stays as it was written.
"""

from nnspec.style.preferred import restyle

__all__ = ["restyle"]
