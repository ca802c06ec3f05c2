"""Which version of the application works on which state of the database? ``python -m tests.versions`` says."""
