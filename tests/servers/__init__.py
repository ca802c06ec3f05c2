"""Servers of every version the release runs on, a standby, and a pooler, started and stopped by the tests."""
