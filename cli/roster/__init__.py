"""`linzhang roster`: the registers."""
