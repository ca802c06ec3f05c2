"""The watch over a database after the release: what it sees, remembers, and tells whom."""
