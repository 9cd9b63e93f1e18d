"""`python -m party_runner` is the `parley` command."""

from party_runner.cli import main

main()
