"""How linzhang runs: embedded, and the bus's accounts, streams and durables."""
