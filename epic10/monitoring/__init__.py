"""The watch over a database after the release: what it observes, keeps and alerts on."""
