"""How the database is backed up and brought back, with PostgreSQL's own tools: the same steps everywhere."""
