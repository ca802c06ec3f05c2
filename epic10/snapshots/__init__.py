"""Snapshots of a database: taken, verified, restored, compared."""
