"""Both versions of the application on every state of the database: ``python -m tests.versions``."""
