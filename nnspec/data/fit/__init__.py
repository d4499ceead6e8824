"""Fitting: what the training rows say about features and targets."""
