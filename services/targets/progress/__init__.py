"""Progress against them."""
