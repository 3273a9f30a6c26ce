"""The supervision ladder."""
