"""The year's plan, how far it is, and what stands in a chief's record."""
