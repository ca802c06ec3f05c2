"""The migration read as data: plan, state, status, estimate, reconciliation, derived scripts."""
