"""What a worker does with a part: join the session of it as the party, compute, and seal what came of it.

Everything in an order is plain and none of it is secret; the private key is read from its file where the worker runs.
A worker raises nothing, since a scheduler writes down what a task raises, with its arguments: it says what went wrong.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import wraps
from pathlib import Path
from typing import Any

import trio
from cryptography import x509

from mpc.algebra.cores import using_cores
from mpc.context import Context
from mpc.errors import LocalError, ParleyError, PeerError
from mpc.network.identity import Certificate, Endpoint, Identity, Roster, load_identity
from mpc.prg import Seed
from mpc.simulation import Main
from mpc.store import key_of
from party_runner.columns import Reading
from party_runner.failures import failure_of, leading
from party_runner.guarding import Guarding
from party_runner.inputs import AS_IT_IS, Origin, load_inputs
from party_runner.join import Choices, Seat, join
from party_runner.options import Patience
from party_runner.program import Program, load_program
from party_runner.scale.parcels import key_of_run, sealed
from protocols.array.carried import carried
from protocols.array.secret import SecretArray
from protocols.outputs import Output

_loading = threading.Lock()
_loaded: dict[tuple[Path, str, str], Program] = {}
"""The last program of this process."""


@dataclass(frozen=True, slots=True)
class Files:
    """The data of a part, to be read where the worker runs."""

    given: Origin | Mapping[str, Origin]
    reading: Reading = AS_IT_IS


@dataclass(frozen=True, slots=True)
class Order:
    """One attempt at one part, as it travels inside a party's cluster.

    `endpoints`: name, host, port and certificate (DER) of each party's worker, this party being number `me`; `run`
    names the session of the parties' own processes, `parts` is how many there are.
    """

    endpoints: tuple[tuple[str, str, int, bytes], ...]
    me: int
    key: str
    program: str
    digest: str
    choices: Choices
    patience: Patience
    run: str
    part: int
    attempt: int
    parts: int
    cores: int = 1

    def terms(self) -> dict[str, str | int]:
        """What makes this session no other: its workers meet nobody else's."""
        return {"run": self.run, "part": self.part, "attempt": self.attempt, "parts": self.parts}


@dataclass(frozen=True, slots=True)
class Done:
    """A part that was computed: its sealed result, and the account of its session."""

    parcel: bytes
    account: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Failed:
    """A part that was not. `left`: by the fault of a peer or of the line, so that another attempt may go better; `kind`
    is the name of the error's class. `words`: sealed, what the program's own exception says, which may speak of data.
    """

    left: bool
    kind: str
    code: str
    cause: str
    remedy: str
    line: str | None
    party: str | None
    words: bytes = b""


def run_part(order: Order, data: Any) -> Done | Failed:
    """Compute a part with this party's `data` of it: an array or table, Files, or None."""
    program = Path(order.program)
    try:
        return _computed(order, data, program)
    except Exception as error:
        return failed(error, program, order)


def failed(error: BaseException, program: Path, order: Order) -> Failed:
    """What is said of an error. Of the program's own exceptions the party reads what `parley join` prints, and nobody
    on the way."""
    cause = leading(error)
    if isinstance(cause, ParleyError):
        left = isinstance(cause, PeerError) and cause.code in PASSING
        return Failed(left, type(cause).__name__, cause.code, cause.cause, cause.remedy, cause.line, cause.party)
    said = failure_of(error, program)
    told = "the program failed, and its worker could not seal what it said"
    return Failed(False, "LocalError", said.code, told, "", None, None, _sealed_words(said.text, order))


def _sealed_words(text: str, order: Order) -> bytes:
    """Nothing where the worker does not have the party's key."""
    try:
        return sealed(text, _key_of(identity_of(order), order), order.part, order.attempt)
    except ParleyError:
        return b""


def identity_of(order: Order) -> Identity:
    """The party's, by its private key where the worker runs."""
    key = Path(order.key)
    return load_identity(key.stem, key.parent)


def _key_of(identity: Identity, order: Order) -> Seed:
    return key_of_run(key_of(identity), bytes.fromhex(order.run))


PASSING = (
    "peer-lost", "peer-stalled", "connect-timeout", "nobody-listening", "address-unresolved", "interrupted",
)  # fmt: skip
"""Errors that another attempt may not meet again: a worker was ended, or was too late."""


def _computed(order: Order, data: Any, path: Path) -> Done:
    identity = identity_of(order)
    seat = Seat(roster_of(order), order.me, identity, order.patience)
    program = _program(path, order)
    mine = load_inputs(data.given, data.reading) if isinstance(data, Files) else data
    choices = replace(order.choices, beside=order.terms())
    source, main = choices.material.opened(identity), carrying(program.main)
    guarded = Guarding().opened(seat.roster, seat.me, identity, program.digest)
    with source as opened, guarded as guards, using_cores(order.cores):
        outcome = trio.run(join, seat, replace(program, main=main), mine, choices, opened, _quiet, guards)
    parcel = sealed(outcome.result, _key_of(identity, order), order.part, order.attempt)
    return Done(parcel, _account(outcome.report.to_json(None)))


def _program(path: Path, order: Order) -> Program:
    """The program, which a worker loads once: parts that run side by side share it. LocalError `different-program`."""
    key = (path, order.digest, repr(order.choices.agreed))
    with _loading:
        if key not in _loaded:
            program = load_program(path, order.choices.agreed)
            if program.digest != order.digest:
                raise LocalError(
                    "different-program",
                    f"{path} on this worker is not the program that this party began with",
                    "give every worker the same file, and what it imports, at the same place",
                )
            _loaded.clear()
            _loaded[key] = program
        return _loaded[key]


def _account(whole: Mapping[str, Any]) -> dict[str, Any]:
    return {name: whole[name] for name in ("seconds", "rounds", "bytes_sent", "offline_bytes", "material")}


def _quiet(stage: str, done: int, total: int | None) -> None:
    return


def roster_of(order: Order) -> Roster:
    """The workers of one part."""
    endpoints = (Endpoint(name, host, port, _certificate(der)) for name, host, port, der in order.endpoints)
    return Roster(tuple(endpoints), False, f"part {order.part}")


def _certificate(der: bytes) -> Certificate:
    known = x509.load_der_x509_certificate(der)
    return Certificate(der, known.not_valid_before_utc, known.not_valid_after_utc)


def carrying(main: Main) -> Main:
    """`main` for a part: it reveals nothing, and the secrets that it returns stay so."""

    @wraps(main)
    async def run(ctx: Context, mine: Any) -> Any:
        ctx.session.policies = (*ctx.session.policies, refuse_output)
        return await _carried_all(ctx, await main(ctx, mine))

    return run


def refuse_output(output: Output) -> None:
    """LocalError `revealed-in-a-part`, whatever it is."""
    raise LocalError(
        "revealed-in-a-part",
        "`main` reveals a value while it computes a part, of which nobody is to learn anything",
        "return the secret, and reveal in `combine` what follows from all parts",
        line=output.line,
    )


async def _carried_all(ctx: Context, value: Any) -> Any:
    """The same, with this party's part of each secret in the secret's place."""
    if isinstance(value, SecretArray):
        return await carried(ctx, value)
    if isinstance(value, Mapping):
        return {key: await _carried_all(ctx, inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        inner = [await _carried_all(ctx, each) for each in value]
        return inner if isinstance(value, list) else tuple(inner)
    return value
