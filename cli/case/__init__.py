"""What is said of cases and reports."""
