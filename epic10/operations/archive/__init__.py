"""The archive: what the old schema cannot hold is parked on the way back, and restored on the next way there."""
