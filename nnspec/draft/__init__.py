"""Floor 6: a first spec: from a table and its target, or from a template.

table -> kinds of its columns -> task, features, network, training; as text to be changed at will.
"""
