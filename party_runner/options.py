"""Options that several commands have in common."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, TypeVar

import click

from mpc.algebra.cores import available_cores
from mpc.errors import LocalError
from mpc.intake import MAX_ELEMENTS
from mpc.network.transport_tls import WAIT_SECONDS
from mpc.ways import GARBLINGS, SCHEMES, WAYS, Ways
from mpc.ways import NAMES as NETWORKS
from party_runner.agreed import Agreed
from party_runner.columns import Reading
from party_runner.material import BY_REVEAL, CHECKS, PLANNED, Material
from protocols.preprocessing.checking import Check
from protocols.privacy.ledger.address import Where, address_of, is_address
from protocols.runs.party import Numbers
from protocols.runs.sources import MAKERS, OT, PREPROCESSING
from protocols.runs.suites import RINGS, find_suite

F = TypeVar("F", bound=Callable[..., Any])

FILE = click.Path(path_type=Path)


def where_of(text: str | Path) -> Where:
    """Where a ledger lies: a file, or a database by its URL. click's BadParameter for a URL that is not right."""
    if not is_address(str(text)):
        return Path(text)
    try:
        return address_of(str(text))
    except LocalError as error:
        raise click.BadParameter(f"{error.cause}; {error.remedy}") from None


SECONDS = click.FloatRange(min=0.1)
MOST_FRACTIONAL_BITS = {64: 30, 128: 48}
"""By the bits of the ring."""

CONNECT_TIMEOUT = 30.0
STALL_TIMEOUT = 30.0


def together(*options: Callable[[Any], Any]) -> Callable[[F], F]:
    """Several options as one decorator."""

    def decorate(function: F) -> F:
        for option in reversed(options):
            function = option(function)
        return function

    return decorate


CHOICES = together(
    click.option(
        "--suite",
        default="beaver",
        show_default=True,
        help="The protocols to compute with; `parley suites` tells what each is for.",
    ),
    click.option("--fractional-bits", default=16, show_default=True, type=click.IntRange(1, MOST_FRACTIONAL_BITS[128])),
    click.option(
        "--ring",
        default="64",
        show_default=True,
        type=click.Choice([str(bits) for bits in RINGS]),
        help="The bits of the ring: 128 where values do not fit 64, at about three times the cost.",
    ),
    click.option(
        "--network", type=click.Choice(NETWORKS), help="The network that the run is tuned for.  [default: none]"
    ),
    click.option(
        "--numeric",
        default="auto",
        show_default=True,
        type=click.Choice(WAYS),
        help="Quotients, roots and the like by shares, by garbled circuits, or by what is quicker on the network.",
    ),
    click.option(
        "--compare", default="auto", show_default=True, type=click.Choice(WAYS), help="The same of comparisons."
    ),
    click.option(
        "--garbling",
        default=GARBLINGS[0],
        show_default=True,
        type=click.Choice(GARBLINGS),
        help="Whether tables of circuits travel while they are made, or are material where that leaves less to send.",
    ),
    click.option(
        "--scheme",
        default=SCHEMES[0],
        show_default=True,
        type=click.Choice(SCHEMES),
        help="How circuits, and all ANDs of the suite yao, are garbled: 32 bytes for each, or 25 and more work.",
    ),
)


@dataclass(frozen=True, slots=True)
class Patience:
    """What an endpoint bears of its peers: seconds, and elements that they may make it hold."""

    connect_timeout: float
    stall_timeout: float
    wait_timeout: float
    max_elements: int


PATIENCE = together(
    click.option("--connect-timeout", default=CONNECT_TIMEOUT, show_default=True, type=SECONDS, metavar="SECONDS"),
    click.option("--stall-timeout", default=STALL_TIMEOUT, show_default=True, type=SECONDS, metavar="SECONDS"),
    click.option(
        "--wait-timeout",
        default=WAIT_SECONDS,
        show_default=True,
        type=SECONDS,
        metavar="SECONDS",
        help="How long one message of a peer that lives may be waited for.",
    ),
    click.option(
        "--max-elements",
        default=MAX_ELEMENTS,
        show_default=True,
        type=click.IntRange(min=1),
        metavar="N",
        help="How many elements of the others' secrets a party holds at a time, or words a dealer makes.",
    ),
)
DEVICE = together(
    click.option("--device", metavar="NAME", help="Large operations go there: opencl, or opencl:PLATFORM:DEVICE."),
    click.option("--opencl-binary", type=FILE, metavar="FILE", help="The device's kernels, ready made."),
    click.option(
        "--device-threshold",
        type=click.IntRange(min=0),
        metavar="WORK",
        help="The least work that goes to the device, for all operations.  [default: measured]",
    ),
)
CHECK_MATERIAL = click.option(
    "--check-material",
    type=click.Choice(CHECKS),
    default=Check.NOTHING.value,
    show_default=True,
    help="How much of the material that they make the parties verify. It finds mistakes, not adversaries.",
)
WHEN = click.option(
    "--material",
    "when",
    type=click.Choice((BY_REVEAL, PLANNED)),
    default=BY_REVEAL,
    show_default=True,
    help="Make material for each reveal just before it, or plan the whole program and make all of it first.",
)
KEY_IN_STORE = click.option("--key-in-store", is_flag=True, hidden=True)
MATERIAL = together(
    click.option(
        "--preprocessing",
        default=OT,
        show_default=True,
        metavar="NAME|FOLDER",
        help="Where the material comes from: the parties, by oblivious transfer (ot, silent) or with matrices under "
        "Paillier keys (paillier); a dealer; or a folder that `parley preprocess` made.",
    ),
    click.option("--fallback", type=click.Choice(tuple(MAKERS)), help="Who makes what such a folder lacks."),
    CHECK_MATERIAL,
    WHEN,
    click.option(
        "--prefetch",
        is_flag=True,
        help="Make material while the program runs: what its reveals so far let expect, or what was planned.",
    ),
)
TOLERANCE = click.option(
    "--tolerance",
    type=click.FloatRange(min=0),
    metavar="ERROR",
    help="Refuse to reveal what may be further from the exact value.  [default: report how far it may be]",
)
PLANNED_FOR = click.option(
    "--preprocessing",
    type=click.Choice(PREPROCESSING),
    default=OT,
    show_default=True,
    help="Who is to make the material; protocols take what is cheap there.",
)
POLICY = click.option("--policy", type=FILE, metavar="FILE", help="Refuse what this policy.toml does not allow.")
LEDGER = together(
    POLICY,
    click.option("--ledger", type=where_of, metavar="FILE|URL", help="Write down, and charge, what is revealed."),
    click.option("--data", "charged", metavar="NAME", help="The name in the ledger of what this party puts in."),
)
CERTIFICATE = click.option(
    "--certificate",
    type=FILE,
    metavar="FILE",
    help="The certificate of the ledger's party.  [default: beside the ledger, as NAME.crt]",
)
CORES = click.option(
    "--cores", type=click.IntRange(min=1), metavar="N", help="Cores for each party's own work.  [default: a fair share]"
)
LAUNCHED = together(
    click.option("--listen-fd", type=int, hidden=True),
    click.option("--status-fd", type=int, hidden=True),
)
PARTIES = click.option(
    "-n",
    "--parties",
    type=click.IntRange(2, 64),
    help="How many parties.  [default: as many as the suite is for, if it is for one number]",
)
INPUT_OF = click.option("--input", "inputs", multiple=True, metavar="INDEX[:NAME]=FILE", help="A party's own data.")
NAMES = click.option(
    "--name", "names", multiple=True, metavar="INDEX=NAME", help="A party's name; else party0, party1, ..."
)
RUNS = click.option(
    "--runs", default=1, show_default=True, type=click.IntRange(1, 10_000), help="For how many runs of the plan."
)
DIGEST = click.option(
    "--digest",
    "digested",
    multiple=True,
    type=FILE,
    metavar="PATH",
    help="The parties compare this file or folder too: modules imported late, data, models.",
)
AGREED = together(
    click.option(
        "--arg",
        "arguments",
        multiple=True,
        metavar="NAME=VALUE",
        help="A keyword argument of main, the same at every party.",
    ),
    click.option(
        "--category",
        "categories",
        multiple=True,
        metavar="COLUMN=TEXT,...",
        help="A column of categories: its texts become 0, 1, ..., the same at every party.",
    ),
    DIGEST,
)
READING = together(
    click.option("--columns", metavar="NAME,...", help="Read these columns of the input, in this order."),
    click.option(
        "--text",
        "texts",
        multiple=True,
        metavar="COLUMN",
        help="A column of texts, as e-mail addresses for mpc.matching: they are taken as they are.",
    ),
    click.option(
        "--header/--no-header", default=None, help="Whether inputs begin with a header line.  [default: look]"
    ),
)
TEXT_OF_ANY = click.option("--text-of-any", is_flag=True, hidden=True)
"""Columns of texts are in some party's file, as whoever starts all of them has seen."""
OUTPUT = click.option(
    "-o",
    "--output",
    type=FILE,
    metavar="FILE",
    help="Write the result to FILE: .npy, .csv, .json, or .parquet (extra data).",
)
JSON = click.option("--json", "target", metavar="FILE", help="Write the summary as JSON; '-' for stdout.")


def material_of(options: dict[str, Any], planned: str = OT) -> Material:
    """The choice that these options make, which are taken out; `planned` where no supplier is named.

    Errors of `Material.refuse_nonsense`.
    """
    material = Material(
        options.pop("preprocessing") or planned,
        options.pop("fallback", None),
        options.pop("check_material"),
        options.pop("prefetch", False),
        options.pop("when", BY_REVEAL),
        options.pop("key_in_store", False),
    )
    material.refuse_nonsense()
    return material


def parties_of(given: int | None, suite: str, *, simulated: bool = False) -> int:
    """How many parties: as given, else as many as the suite is for. click's errors where that is no number, or there is
    no such suite, none that is `simulated` alone among them unless it may be."""
    if given is not None:
        return given
    try:
        known = find_suite(suite, simulated=simulated)
    except LocalError as error:
        cause = f"{error.cause}; {error.remedy}  [{error.code}]"
        raise click.BadParameter(cause, param_hint="--suite") from None
    if known.about.parties is None:
        raise click.UsageError(f"Missing option '-n' / '--parties': the suite {suite} is for any number")
    return known.about.parties


def numbers_of(options: dict[str, Any]) -> Numbers:
    """What --fractional-bits and --ring say; they are taken out. click's UsageError where they don't go together."""
    numbers = Numbers(options.pop("fractional_bits"), int(options.pop("ring")))
    most = MOST_FRACTIONAL_BITS[numbers.ring]
    if numbers.fractional_bits > most:
        raise click.UsageError(f"--fractional-bits {numbers.fractional_bits}: a ring of 64 bits takes at most {most}")
    return numbers


def ways_of(options: dict[str, Any]) -> Ways:
    """What --network, --numeric, --compare, --garbling and --scheme say; they are taken out."""
    network = options.pop("network") or ""
    return Ways(network, *(options.pop(name) for name in ("numeric", "compare", "garbling", "scheme")))


def patience_of(options: dict[str, Any]) -> Patience:
    """What PATIENCE's options say; they are taken out."""
    return Patience(*(options.pop(field.name) for field in fields(Patience)))


def words_of(options: dict[str, Any]) -> list[str]:
    """Options as words of a command."""
    given = {key: value for key, value in options.items() if value is not None}
    return [word for key, value in given.items() for word in (f"--{key.replace('_', '-')}", str(value))]


def reading_of(columns: str | None, header: bool | None, texts: tuple[str, ...], agreed: Agreed) -> Reading:
    """How inputs are read, as these options say. click's UsageError for a column that is both text and category."""
    names = tuple(name.strip() for name in columns.split(",")) if columns else ()
    for name in texts:
        if name in agreed.categories:
            raise click.UsageError(f"--text {name}: --category says that it is a column of categories")
    return Reading(names, header, agreed.categories, texts)


def reading_words(columns: str | None, header: bool | None, texts: tuple[str, ...], agreed: Agreed) -> list[str]:
    """The same as words of a command. UsageError of `reading_of`."""
    reading = reading_of(columns, header, texts, agreed)
    words = [] if columns is None else ["--columns", columns]
    words += [word for name in reading.texts for word in ("--text", name)]
    return words if header is None else [*words, "--header" if header else "--no-header"]


def tolerated(error: float | None) -> list[str]:
    """The error that a party tolerates, as words of a command."""
    return [] if error is None else ["--tolerance", str(error)]


def cores_each(cores: int | None, parties: int) -> list[str]:
    """The cores of each process, as words of a command."""
    return ["--cores", str(cores or max(1, available_cores() // parties))]
