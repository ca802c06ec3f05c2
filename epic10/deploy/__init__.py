"""The night: precheck, deploy, rollback, validate, finalize, and the record of each run."""
