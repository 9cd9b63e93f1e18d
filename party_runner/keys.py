"""`parley keys`: make a key pair, and show whose a certificate is."""

from __future__ import annotations

from pathlib import Path

import click
from cryptography import x509
from cryptography.x509.oid import NameOID

from mpc.errors import LocalError
from mpc.network.identity import load_certificate, new_identity
from party_runner.whole_file import ELSEWHERE


def make_keys(name: str, folder: Path) -> None:
    """Write NAME.key and NAME.crt, and say what each is for. LocalError of `new_identity`."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LocalError("unwritable", f"cannot make the folder {folder}: {error.strerror}", ELSEWHERE) from None
    identity = new_identity(name, folder)
    click.echo(f"{identity.key_file}: the private key of {name}; it stays on this machine")
    click.echo(f"{identity.certificate_file}: its certificate; give it to every other party")
    show_certificate(identity.certificate_file)


def show_certificate(file: Path) -> None:
    """Print name, fingerprint and expiry of a certificate. LocalError `bad-certificate`."""
    certificate = load_certificate(file)
    names = x509.load_der_x509_certificate(certificate.der).subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    click.echo(f"name         {names[0].value if names else '(none)'!s}")
    click.echo(f"fingerprint  {certificate.fingerprint}")
    click.echo(f"valid until  {certificate.not_after:%Y-%m-%d}")
    if warning := certificate.warning("this party"):
        click.secho(f"warning: {warning}", fg="yellow", err=True)
