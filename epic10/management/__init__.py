"""The commands: arguments in, one call, a report out, an exit status."""
