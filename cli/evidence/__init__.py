"""`linzhang evidence`: the bytes of evidence, put, fetched and checked."""
