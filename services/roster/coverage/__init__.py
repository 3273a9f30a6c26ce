"""Whether grids cover people, ground and trees."""
