"""A problem, a unit, a day, and proof that it is put right."""
