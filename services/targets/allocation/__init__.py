"""How a target is broken down to who carries it out."""
