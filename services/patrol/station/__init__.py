"""What surveillance stations report."""
