"""Floor 8: trained programs in the forms that others read."""
