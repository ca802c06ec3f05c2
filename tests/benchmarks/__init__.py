"""How fast, and how long does anybody wait? Run by hand, on a machine that does nothing else."""
