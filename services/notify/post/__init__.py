"""The posts, as notify needs them."""
