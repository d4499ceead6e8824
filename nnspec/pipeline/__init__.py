"""Floor 9: the whole program. Each step is one call; what it imports, it imports when called.

check     text -> document -> spec -> graph -> network with shapes, every finding at once
opened    check, then the data read, split and fitted
run       opened -> prepare -> train -> conclude, in a run folder
finished  evaluate, predict, report: from a run folder
exports   a run in the forms of other programs, compared with it
"""
