"""The tables that every service has."""
