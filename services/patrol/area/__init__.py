"""The areas, as patrol needs them."""
