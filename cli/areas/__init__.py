"""Maps of responsibility areas: read from files, checked against what is enrolled, enrolled."""
