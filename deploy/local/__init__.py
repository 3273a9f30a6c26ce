"""The embedded system: real servers from the package registry, no container engine."""
