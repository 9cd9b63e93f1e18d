"""`parley budget`: set a budget, show, verify and export the ledger that holds it."""

from __future__ import annotations

from pathlib import Path

import click

from party_runner.budget import print_budget, print_verified, set_budget, verified
from party_runner.endpoint import end_with
from party_runner.options import CERTIFICATE, FILE, JSON, where_of
from party_runner.report import present
from party_runner.summary import check_writable
from protocols.privacy.ledger.address import Where
from protocols.privacy.ledger.charges import budget as budget_of
from protocols.privacy.ledger.verifying import export
from protocols.privacy.neighbours import RECORD, Neighbours, Relation, user


@click.group()
def budget() -> None:
    """The ledger of a party: what may be spent of its data, and what is."""


@budget.command("set")
@click.argument("ledger", type=where_of)
@click.argument("data")
@click.option("--key", type=FILE, required=True, metavar="FILE", help="The party's private key, NAME.key.")
@click.option("--epsilon", metavar="AMOUNT", help="What may be spent: exactly what is written, as 3, 0.1 or 1/3.")
@click.option("--rho", metavar="AMOUNT", help="The same in concentrated privacy, instead.")
@click.option("--delta", default="0", show_default=True, metavar="AMOUNT", help="And of delta.")
@click.option(
    "--neighbours",
    type=click.Choice([relation.value for relation in Relation]),
    default=Relation.SUBSTITUTE.value,
    show_default=True,
    help="What two data sets differ by that are to be hard to tell apart.",
)
@click.option("--user-records", type=click.IntRange(min=1), help="They differ by a user of at most so many records.")
@JSON
def set_command(
    ledger: Where,
    data: str,
    key: Path,
    epsilon: str | None,
    rho: str | None,
    delta: str,
    neighbours: str,
    user_records: int | None,
    target: str | None,
) -> None:
    """Decide what may be spent of DATA from now on; LEDGER is begun where there is none.

    DATA is the name that runs charge: give one name to all that holds the same people's data.
    """
    if (epsilon is None) == (rho is None):
        raise click.UsageError("give --epsilon or --rho, one of the two")
    try:
        check_writable(target)
        unit = RECORD if user_records is None else user(user_records)
        asked = budget_of(epsilon=epsilon, rho=rho, delta=delta, neighbours=Neighbours(Relation(neighbours), unit))
        present(set_budget(ledger, data, asked, key), target, print_budget)
    except Exception as error:
        end_with(error, None, None)


@budget.command("show")
@click.argument("ledger", type=where_of)
@CERTIFICATE
@JSON
def show_command(ledger: Where, certificate: Path | None, target: str | None) -> None:
    """Show budgets, what is spent, and what is left; all of LEDGER is checked before."""
    try:
        check_writable(target)
        present(verified(ledger, certificate), target, print_budget)
    except Exception as error:
        end_with(error, None, None)


@budget.command("verify")
@click.argument("ledger", type=where_of)
@CERTIFICATE
@click.option("--known", metavar="HEX", help="A head that it must hold, as another party has kept it (show --json).")
@JSON
def verify_command(ledger: Where, certificate: Path | None, known: str | None, target: str | None) -> None:
    """Check every entry of LEDGER, or of an export of it, and the signature of its head. Anyone can, offline."""
    try:
        check_writable(target)
        present(verified(ledger, certificate, known), target, print_verified)
    except ValueError:
        raise click.UsageError(
            "--known: this is no head; write the hexadecimal digits that `show --json` gives"
        ) from None
    except Exception as error:
        end_with(error, None, None)


@budget.command("export")
@click.argument("ledger", type=where_of)
@click.argument("file", type=FILE)
def export_command(ledger: Where, file: Path) -> None:
    """Write LEDGER into FILE as lines of JSON that anyone can verify, its signed head behind them."""
    try:
        click.echo(f"{export(ledger, file):,} entries")
    except Exception as error:
        end_with(error, None, None)


COMMANDS = (budget,)
"""What the command line offers of it."""
