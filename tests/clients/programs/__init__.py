"""Programs that work as one application with one driver, on one session, as they are told on standard input."""
