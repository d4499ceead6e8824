"""The version, where every floor can read it: a report names it as the run folder does."""

__version__ = "0.1.0"
