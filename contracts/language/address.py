"""Addresses of servers: judged, and never repeated, since a password may be part of what is wrong."""

from urllib.parse import urlsplit


def is_address(stated: str, *schemes: str) -> bool:
    """Whether it is one address with a host or several, separated by commas, each of one of these schemes."""
    try:
        parts = [urlsplit(one) for one in stated.split(",")]
        return all(one.scheme in schemes and one.hostname and one.port != 0 for one in parts)
    except ValueError:
        return False
