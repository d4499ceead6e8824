"""Floor 5: rules that know the trade: layers against loss, metrics, data and training.

A rule is one function with `@rule` in a module of its subject, and one Code per finding. It is
given the whole case and yields diagnostics; where a fact is unknown (the data is not open, a
layer was refused) it stays silent.
"""

from nnspec.rules.apply import apply_rules

__all__ = ["apply_rules"]
