"""Records of posts."""
