"""Floor 9: the whole program. Each step is one call; what it imports, it imports when called.

check     text -> document -> spec -> graph -> network with shapes, every finding at once
train     check, then data -> program -> run -> artefacts
evaluate, predict, export, report: from a finished run's folder
"""
