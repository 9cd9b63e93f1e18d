"""The `parley` command: run all parties here, or join as one real party; plans and stores; the dealer; keys.

Exit codes are listed in `party_runner.failures`.
"""

from __future__ import annotations

import click

from party_runner import cli_offline, cli_runs, cli_tools
from party_runner.standard_streams import open_standard_streams


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="parley-mpc", prog_name="parley")
def main() -> None:
    """Secure multi-party computation: parties compute on their private data and learn the result and nothing else."""
    open_standard_streams()


for command in (*cli_runs.COMMANDS, *cli_offline.COMMANDS, *cli_tools.COMMANDS):
    main.add_command(command)
