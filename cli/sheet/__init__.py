"""Sheets of offices, Excel or CSV: read with row and column of each error, and written so that they read the same."""
