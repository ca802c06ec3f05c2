"""Filling columns, a batch at a time."""
