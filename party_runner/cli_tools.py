"""The commands beside runs: suites, kernels, devices, keys."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console

from party_runner.devices import list_devices, write_binary, write_source
from party_runner.endpoint import end_with
from party_runner.kernels import list_kernels
from party_runner.keys import make_keys, show_certificate
from party_runner.options import FILE
from party_runner.overwriting import refuse_overwriting
from party_runner.run_page import page_of_files
from party_runner.suites_listed import list_suites
from party_runner.whole_file import write_file


@click.command()
def suites() -> None:
    """List the suites of protocols: for how many parties, who may collude, what is made beforehand."""
    try:
        list_suites(Console())
    except Exception as error:
        end_with(error, None, None)


@click.command()
@click.option("--compare", metavar="NAME", help="Also measure this implementation, as `portable`.")
def kernels(compare: str | None) -> None:
    """List the kernels that this processor runs, and measure one of each family."""
    try:
        list_kernels(Console(), compare)
    except Exception as error:
        end_with(error, None, None)


@click.command()
def devices() -> None:
    """List the OpenCL devices: whether they work, and from what size of work on they are used."""
    try:
        list_devices(Console())
    except Exception as error:
        end_with(error, None, None)


@click.group("device")
def device_group() -> None:
    """The kernels of OpenCL devices, for compiling beforehand."""


@device_group.command()
@click.argument("file", type=FILE)
@click.option("--device", default="opencl", show_default=True, metavar="NAME", help="Which device to compile for.")
def build(file: Path, device: str) -> None:
    """Compile the kernels for a device into FILE, for --opencl-binary."""
    try:
        write_binary(device, file)
    except Exception as error:
        end_with(error, None, None)


@device_group.command("source")
@click.argument("file", type=FILE)
def source_command(file: Path) -> None:
    """Write the kernels as one file of OpenCL C, for a tool chain that compiles elsewhere (FPGA)."""
    try:
        write_source(file)
    except Exception as error:
        end_with(error, None, None)


@click.group()
def keys() -> None:
    """Keys and certificates of parties."""


@keys.command()
@click.argument("name")
@click.option("--folder", type=FILE, default=Path(), help="Where to write.  [default: here]")
def new(name: str, folder: Path) -> None:
    """Make NAME.key, to be kept private, and NAME.crt, to be given to the other parties."""
    try:
        make_keys(name, folder)
    except Exception as error:
        end_with(error, None, None)


@keys.command()
@click.argument("file", type=FILE)
def show(file: Path) -> None:
    """Print the name, fingerprint and expiry of the certificate in FILE."""
    try:
        show_certificate(file)
    except Exception as error:
        end_with(error, None, None)


@click.command()
@click.argument("accounts", nargs=-1, required=True, type=FILE, metavar="ACCOUNT.json...")
@click.option("-o", "--output", required=True, type=FILE, metavar="FILE", help="The page, an HTML file.")
@click.option("--title", default="", help="The page's heading.  [default: A run of PROGRAM]")
def report(accounts: tuple[Path, ...], output: Path, title: str) -> None:
    """Write what `--json` wrote at the end of a run as a page that stands alone, for a browser and for paper.

    ACCOUNT.json is that of all parties (`parley run`) or of one; several are those of the parties of one run.
    """
    try:
        refuse_overwriting(output)
        write_file(output, page_of_files(accounts, title).html().encode())
    except Exception as error:
        end_with(error, None, None)


COMMANDS = (suites, kernels, devices, device_group, keys, report)
