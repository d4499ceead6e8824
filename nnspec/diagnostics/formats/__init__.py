"""How findings are written: one module per format, each a function of findings and sources."""
