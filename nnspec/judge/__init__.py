"""Floor 8: what leaves a network, as answers, measured beside simple baselines."""
