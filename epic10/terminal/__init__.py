"""The terminal: progress, prompts, signals, units, private files."""
