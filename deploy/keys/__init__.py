"""Certificates and passwords of a system that runs in containers, made once and renewed without a gap."""
