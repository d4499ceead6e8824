"""The dashboard's page: one document, its style, its scripts, and uPlot, which draws curves."""
