"""Real clients: the two applications on the drivers of other languages, at work through a whole release."""
