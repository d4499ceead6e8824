"""Floor 4: a document to a validated spec, or to diagnostics.

Nothing is imported here: the package is imported with `nnspec` itself, whose function `validate`
would otherwise give way to it.
"""
