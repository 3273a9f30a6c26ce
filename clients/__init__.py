"""How this software speaks to the bus."""
