"""A client of the bus: connects, posts, asks, follows."""
