"""The `linzhang` command: what people type to run the system and to work with it."""
