"""Backfills: filling columns a batch at a time."""
