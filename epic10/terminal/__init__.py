"""What people meet at a terminal: progress, prompts, signals, units, private files."""
