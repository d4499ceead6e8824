"""Floor 10, beside the commands: a language server, so that editors show what `validate` knows.

text, cursor -> place (path of keys) -> what the language admits there -> completion, hover,
definition. Findings come from the same check as the command line's.
"""

from nnspec.lsp.server import serve

__all__ = ["serve"]
