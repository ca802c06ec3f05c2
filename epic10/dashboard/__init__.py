"""The dashboard: where the database stands, and what was counted, checked, measured and done."""
