"""What a service promises on the bus, checked by speaking nothing but the bus."""
