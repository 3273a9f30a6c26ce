"""The rules of cases, by campaign and day."""
