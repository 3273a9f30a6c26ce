"""What passers-by report."""
