"""The `parley` command: run all parties here, or join as one real party; plans and stores; the dealer; keys.

Each command is imported when it is asked for, so that none waits for what another needs. Exit codes are listed in
`party_runner.failures`.
"""

from __future__ import annotations

import gc
import sys
from importlib import import_module

import click

from party_runner.standard_streams import open_standard_streams
from party_runner.start import INTERRUPTED

MODULES = {
    "run": "cli_runs", "join": "cli_runs", "dealer": "cli_runs", "plan": "cli_offline", "preprocess": "cli_offline",
    "kernels": "cli_tools", "devices": "cli_tools", "device": "cli_tools", "keys": "cli_tools",
    "budget": "cli_budget", "report": "cli_tools", "serve": "cli_star", "client": "cli_star", "star": "cli_star",
    "scale": "cli_scale", "suites": "cli_tools",
}  # fmt: skip
"""Where each command is, as one of COMMANDS."""


class LateGroup(click.Group):
    """A group of commands that are imported when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(MODULES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in MODULES:
            return None
        try:
            module = import_module(f"party_runner.{MODULES[cmd_name]}")
        except ImportError as error:
            sys.exit(f"error: {error}")
        except KeyboardInterrupt:
            sys.exit(INTERRUPTED)
        found: dict[str, click.Command] = {command.name: command for command in module.COMMANDS}
        return found[cmd_name]


@click.group(cls=LateGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="parley-mpc", prog_name="parley")
def main() -> None:
    """Secure multi-party computation: parties compute on their private data and learn the result and nothing else."""
    if not gc.isenabled():  # where the process has begun by `start`: all is imported now, and stays
        gc.freeze()
        gc.enable()
    open_standard_streams()
