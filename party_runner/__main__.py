"""`python -m party_runner` is the `parley` command."""

from party_runner.start import main

main()
