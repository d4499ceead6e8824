"""Floor 8, checks of a trained run: what its figures, curves and units show that no loss says.

evidence -> check by check -> verdicts. A check is one class; nothing here trains or imports an
engine, so a check can be tried on arrays alone.
"""
