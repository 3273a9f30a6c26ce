"""Publishes the contracts: `python -m contracts.publishing`, with `--check`, `--release` or `--record NAME`."""

import sys

from contracts.publishing.publish import main

raise SystemExit(main(sys.argv[1:]))
