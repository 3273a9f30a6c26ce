"""Versions side by side: what a newer service tells an older one, and what a newer client asks of it."""
