"""The posts, as cases needs them."""
