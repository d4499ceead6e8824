"""Floor 8, `report.html`: a run on one page, drawn from what its folder holds."""
