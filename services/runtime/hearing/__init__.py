"""How messages are fetched, read, handled once, put off and buried."""
