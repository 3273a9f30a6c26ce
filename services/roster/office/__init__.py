"""Chief offices against the standards, their funding, and their papers."""
