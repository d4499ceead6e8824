"""Bounds on the network of a spec, whichever document it was read from; floor 3.

What a text may hold stands with its reader, in `nnspec.document.limits`.
"""

MOST_LAYERS = 5_000
"""Layers that are applied, those of models within counted at each application of the model; the
largest networks of the literature have some thousand."""
MOST_VALUES = 200_000
"""Values that all layers hold after expansion; a document holds at most 100,000."""
MOST_REPETITIONS = 5_000
"""Repetitions of one entry of a list of layers."""
NESTED = 30
"""Blocks and models within one another; the deepest networks of the literature have four."""
LARGEST_NETWORK = 2**34
"""Parameters; in float32 64 GiB for the weights alone, before gradients and optimizer."""
LARGEST_ROW = 2**32
"""Numbers in what leaves one layer for one row; in float32 16 GiB."""
