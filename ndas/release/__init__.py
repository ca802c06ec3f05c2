"""What the domain tells the release: checks, smoke tests, the pages' queries, the load of both applications."""
