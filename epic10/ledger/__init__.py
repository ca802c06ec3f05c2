"""The ledger: the tables in which a release keeps its own history, and their models."""
