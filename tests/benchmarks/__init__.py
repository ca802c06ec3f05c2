"""Benchmarks: speed, locks and waiting times. Run by hand, on an otherwise idle machine."""
