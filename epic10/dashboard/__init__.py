"""The page that shows all of it: where the database stands, what was counted, checked, measured and done."""
