"""What the old schema cannot hold: parked on the way back, put back on the next way there."""
