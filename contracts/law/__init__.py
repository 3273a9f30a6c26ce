"""The rules that an office edits: what the file of each may say, and how one is read."""
