"""Floor 3: the sections of a spec, typed; what floors above hand to one another."""
