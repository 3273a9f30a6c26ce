"""Points as they are kept: the recent ones as rows, older days packed."""
