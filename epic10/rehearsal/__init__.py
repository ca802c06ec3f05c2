"""There, back and there again on a scratch database, under load."""
