"""Commands of a star: serve, be a client; its authority; all of it on one machine."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import click

from mpc.errors import LocalError
from mpc.network.star.authority import Authority, new_authority, new_request, request_fingerprint
from mpc.network.star.star_file import StarFile
from party_runner.agreed import agreed_of
from party_runner.arguments import check_name, input_words, inputs_by_party, own_inputs
from party_runner.endpoint import end_as, end_with, listener, say_done, status_line
from party_runner.inputs import load_inputs
from party_runner.launch import RunFailed
from party_runner.options import (
    AGREED,
    FILE,
    INPUT_OF,
    JSON,
    LAUNCHED,
    OUTPUT,
    READING,
    SECONDS,
    reading_of,
    reading_words,
    together,
)
from party_runner.program import load_star_program, source_digest
from party_runner.report import present
from party_runner.result_file import check_result_file, result_files
from party_runner.star_ends import client_identity_of, identity_of, run_client, run_star_end, serve_program
from party_runner.star_launch import LocalStar, launch_star
from party_runner.star_report import print_star
from party_runner.status import StatusLine
from party_runner.summary import Summary, check_writable
from party_runner.whole_file import ELSEWHERE

STAR = click.option("--star", "star_file", required=True, type=FILE, metavar="STAR.TOML", help="The star.")
KEY = click.option("--key", type=FILE, metavar="FILE", help="The private key.  [default: NAME.key by star.toml]")
AUTHORITY = click.option(
    "--authority", type=FILE, default="authority.key", show_default=True, metavar="FILE", help="The authority's key."
)
FOLDER = click.option("--folder", type=FILE, default=Path(), help="Where to write.  [default: here]")
RESULTS = together(JSON, OUTPUT)


@click.command()
@click.argument("program", type=FILE)
@STAR
@KEY
@AGREED
@RESULTS
@LAUNCHED
def serve(
    program: Path,
    star_file: Path,
    key: Path | None,
    target: str | None,
    output: Path | None,
    listen_fd: int | None,
    status_fd: int | None,
    **options: Any,
) -> None:
    """Serve a star: run `server` of PROGRAM for the clients that come, until it returns.

    What --arg gives are parameters of the star, which every client is told.
    """
    agreed, status = agreed_of(options), status_line(status_fd)
    try:
        _check_results(target, output)
        star = StarFile.load(star_file)
        identity = identity_of(star_file, star.server.name, key)
        loaded, listening = load_star_program(program, agreed), listener(listen_fd)
        account = run_star_end(lambda say: serve_program(star, identity, loaded, agreed, listening, say), status)
        _finish(account, status, target, output)
    except (Exception, KeyboardInterrupt, BaseExceptionGroup) as error:
        end_with(error, status, program)


@click.command()
@click.argument("program", type=FILE)
@STAR
@click.option("--name", required=True, metavar="NAME", help="Which client this is: the name in its certificate.")
@KEY
@click.option("--input", "data", multiple=True, metavar="[NAME=]FILE", help="This client's own data.")
@click.option(
    "--connect-timeout",
    default=300.0,
    show_default=True,
    type=SECONDS,
    metavar="SECONDS",
    help="How long to try to reach the server.",
)
@READING
@AGREED
@RESULTS
@LAUNCHED
def client(
    program: Path,
    star_file: Path,
    name: str,
    key: Path | None,
    data: tuple[str, ...],
    connect_timeout: float,
    columns: str | None,
    header: bool | None,
    texts: tuple[str, ...],
    target: str | None,
    output: Path | None,
    listen_fd: int | None,
    status_fd: int | None,
    **options: Any,
) -> None:
    """Be a client of a star: connect, and run `client` of PROGRAM until it returns.

    What --arg gives are parameters that this client insists on: it goes if the server has set them otherwise.
    """
    agreed, own, status = agreed_of(options), own_inputs(data), status_line(status_fd)
    if (unused := listener(listen_fd)) is not None:
        unused.close()
    try:
        _check_results(target, output)
        star = StarFile.load(star_file)
        identity = client_identity_of(star_file, name, key)
        mine = load_inputs(own, reading_of(columns, header, texts, agreed))
        loaded = load_star_program(program, agreed)
        account = run_star_end(
            lambda say: run_client(star, identity, loaded, agreed, mine, connect_timeout, say), status, in_lines=True
        )
        _finish(account, status, target, output)
    except (Exception, KeyboardInterrupt, BaseExceptionGroup) as error:
        end_with(error, status, program)


@click.group("star")
def star_group() -> None:
    """A star's authority, which enrols its clients; and a whole star on this machine."""


@star_group.command("run")
@click.argument("program", type=FILE)
@click.option("--clients", required=True, type=click.IntRange(1, 512), help="How many clients.")
@INPUT_OF
@READING
@AGREED
@RESULTS
def run_command(
    program: Path,
    clients: int,
    inputs: tuple[str, ...],
    columns: str | None,
    header: bool | None,
    texts: tuple[str, ...],
    target: str | None,
    output: Path | None,
    **options: Any,
) -> None:
    """Run PROGRAM with a server and its clients as processes of this machine, over TLS on loopback."""
    files, agreed = inputs_by_party(inputs, clients), agreed_of(options)
    common, reading = agreed.words(), reading_words(columns, header, texts, agreed)
    names = tuple(f"client{place}" for place in range(clients))

    def one(place: int, name: str, star: str) -> list[str]:
        own = [*input_words(files.get(place)), *reading, *common]
        return ["client", str(program), "--star", star, "--name", name, *own]

    try:
        _check_results(target, output)
        source_digest(program, agreed)
        star = LocalStar(names, lambda file: ["serve", str(program), "--star", file, *common], one)
        _finish(launch_star(star), None, target, output)
    except RunFailed as failed:
        end_as(failed)
    except Exception as error:
        end_with(error, None, None)


@star_group.command("authority")
@click.argument("name", default="authority")
@FOLDER
def authority_command(name: str, folder: Path) -> None:
    """Make an authority: NAME.key, to be kept away from the server, and NAME.crt, for everybody's star.toml."""
    try:
        key = new_authority(name, _made(folder))
    except Exception as error:
        end_with(error, None, None)
    click.echo(f"{key}: the authority's private key; whoever has it can make up clients, so the server must not")
    click.echo(f"{key.with_suffix('.crt')}: its certificate, for star.toml of the server and all clients")
    click.echo(f"{key.with_suffix('.crl')}: its list of revoked clients, for the server; it holds for 30 days")


@star_group.command()
@click.argument("name")
@FOLDER
def request(name: str, folder: Path) -> None:
    """Make a client's NAME.key, to be kept private, and NAME.csr, its request to be enrolled, for the authority."""
    try:
        check_name(name)
        file = new_request(name, _made(folder))
        fingerprint = request_fingerprint(file)
    except Exception as error:
        end_with(error, None, None)
    click.echo(f"{file.with_suffix('.key')}: the private key of {name}; it stays on this machine")
    click.echo(f"{file}: its request, for the authority")
    click.echo(f"fingerprint  {fingerprint}")
    click.echo("tell the authority the fingerprint on a way on which it knows you")


@star_group.command()
@click.argument("name")
@click.option("--request", "request_file", type=FILE, metavar="FILE", help="The client's request.  [default: NAME.csr]")
@AUTHORITY
@click.option("--hours", default=24.0, show_default=True, type=click.FloatRange(min=0.1), help="How long it holds.")
@click.option("--fingerprint", metavar="TEXT", help="What the client told you; refuse a request of another key.")
@FOLDER
def enroll(
    name: str, request_file: Path | None, authority: Path, hours: float, fingerprint: str | None, folder: Path
) -> None:
    """Enrol the client that you know as NAME: sign its request, into NAME.crt. Again, to renew it."""
    from protocols.aggregation.star_credentials import vouch

    try:
        file = request_file if request_file is not None else folder / f"{name}.csr"
        target, until = Authority(authority).enroll(
            name, file, _made(folder), timedelta(hours=hours), fingerprint, vouch
        )
        key = request_fingerprint(file)
    except Exception as error:
        end_with(error, None, None)
    click.echo(f"{target}: the certificate of {name}, valid until {until:%Y-%m-%d %H:%M} UTC; give it back")
    click.echo(f"fingerprint  {key}" + ("" if fingerprint else f"; is it what {name} told you?"))


@star_group.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@AUTHORITY
def revoke(names: tuple[str, ...], authority: Path) -> None:
    """Revoke all certificates of these clients, and renew the list of revoked ones; without a NAME renew it only."""
    try:
        count = Authority(authority).revoke(*names)
    except Exception as error:
        end_with(error, None, None)
    click.echo(f"{authority.with_suffix('.crl')}: {count} more revoked; give it to the server, which reads it at once")


def _check_results(target: str | None, output: Path | None) -> None:
    check_writable(target)
    check_result_file(output)


def _finish(account: Summary, status: StatusLine | None, target: str | None, output: Path | None) -> None:
    say_done(status, account)
    if status is None:
        present(account, target, print_star, [] if output is None else _files(account, output), output)


def _files(account: Summary, output: Path) -> list[Any]:
    """The result of the server of a local run, or of this end."""
    return result_files({key: value for key, value in account.items() if key != "results"}, output)


def _made(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LocalError("unwritable", f"cannot make the folder {folder}: {error.strerror}", ELSEWHERE) from None
    return folder


COMMANDS = (serve, client, star_group)
