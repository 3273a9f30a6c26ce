"""Whatever a contract accepts, through the real handlers on real tables."""
