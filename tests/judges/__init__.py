"""Linters for migrations, what they find in ours, and why that stays."""
