"""PostgreSQL as an operator reaches it: catalog, sessions, locks, client programs, dumps, scratch databases."""
