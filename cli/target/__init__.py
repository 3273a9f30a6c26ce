"""The plan: shown, loaded, broken down."""
