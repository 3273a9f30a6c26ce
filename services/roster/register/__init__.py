"""The registers: how each is enrolled, looked up and looked at."""
