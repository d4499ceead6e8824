"""Columns: what a cell is, what a column is for, what is wrong with it."""
