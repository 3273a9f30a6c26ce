"""Which ground there is, and who answers for it."""
