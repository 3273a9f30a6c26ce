"""The divisions, as cases needs them."""
