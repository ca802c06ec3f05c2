"""The night of the release: precheck, deploy, rollback, validate, finalize, and the record of each run."""
