"""Notice boards: what each level's must show, and when one no longer does."""
