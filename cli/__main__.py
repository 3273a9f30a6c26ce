"""`python -m cli` is `linzhang`."""

from cli.main import main

main()
