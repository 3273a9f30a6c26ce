"""How facts leave: written with the change that made them, sent in order, until the stream's receipt."""
