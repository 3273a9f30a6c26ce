"""The list of causes."""
