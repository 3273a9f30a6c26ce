"""Breeders: the lists and days of 2020, inspections, and the steps by which one for food ends."""
