"""One page of truth: what the documents quote is written by ``python -m tests.documents``, from real runs."""
