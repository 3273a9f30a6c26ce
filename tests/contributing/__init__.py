"""The worked examples of CONTRIBUTING, done in a copy of the tree."""
