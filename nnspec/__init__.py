"""nnspec: a compiler and runner for neural networks declared in YAML or JSON."""

__version__ = "0.1.0"
