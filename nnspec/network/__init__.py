"""Floor 5: names to edges, shapes, counts of weights, memory; the filled spec."""
