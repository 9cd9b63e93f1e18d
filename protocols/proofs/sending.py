"""Proofs inside a run: one party proves, another verifies, at the same place of the program.

Malicious provers are caught, whatever they send; verifiers learn that the statement holds and nothing else. A proof is
bound to the session, the call, all parties and the prover: elsewhere it proves nothing. It convinces whoever knows the
transcript's domain, so the verifier may show it to others.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt

from mpc.accounts.cost import cost
from mpc.algebra.group import Points, Scalars
from mpc.algebra.ristretto import RISTRETTO
from mpc.context import Context, Spec
from mpc.errors import PeerError
from protocols.proofs import any_statement, range_proving
from protocols.proofs.any_statement import AnyStatement, proof_bytes
from protocols.proofs.bulletproof_verifying import verify_bulletproof
from protocols.proofs.circuit_bbbpwm18 import Satisfies
from protocols.proofs.circuit_proving import prove_circuit as prove_of_circuit
from protocols.proofs.pedersen import pedersen
from protocols.proofs.range_bbbpwm18 import Range
from protocols.proofs.transcript import Bytes, Setting


@cost(rounds=1, to_one=lambda peer, statement, *_: proof_bytes(statement) // 8, call_name="proof", parties=2)
async def prove(ctx: Context, to: int, statement: AnyStatement, *witness: Any) -> None:
    """Prove to party `to`, which calls `verify`, that this party knows a witness (secret) of the statement.

    Scalars of a sigma protocol; values and blindings of a `Range` or of `Satisfies`; numbers and units of a relation,
    as `multiplied` and `same_exponent` are. LocalError `wrong-witness` where it is none; nothing is sent then.
    Sources: `protocols.proofs.proof`.
    """
    made = await ctx.in_thread(
        any_statement.prove, Setting.of(ctx, ctx.me), statement, witness, ctx.prg("nonces of a proof").bytes
    )
    ctx.send(to, made)


@cost(rounds=1, to_one=lambda sender, statement: proof_bytes(statement) // 8, call_name="proof", parties=2)
async def verify(ctx: Context, sender: int, statement: AnyStatement) -> None:
    """Verify what party `sender` proves in this call. Returns only if the proof holds.

    PeerError `proof-of-another-statement`, `proof-of-another-session`, `malformed-proof`, Abort `proof-refused`.
    """
    sent = await ctx.receive(sender, Spec((proof_bytes(statement),), np.uint8))
    await ctx.in_thread(any_statement.verify, Setting.of(ctx, sender), statement, sent)


@cost(rounds=1, to_one=lambda peer, values, *_, bits=64: _range_words(len(values), bits), call_name="range", parties=2)
async def prove_range(
    ctx: Context, to: int, values: npt.NDArray[Any], commitments: Points, blindings: Scalars, *, bits: int = 64
) -> None:
    """Prove to party `to`, which calls `verify_range`, that committed secret values (m,), whole, are below 2^bits.

    Commitments are those of `pedersen()`, which the verifier has already. LocalError `wrong-witness` or
    `wrong-statement`.
    """
    statement = Range(pedersen(), commitments, bits)
    source = ctx.prg("nonces of a range proof").bytes
    made = await ctx.in_thread(range_proving.prove_range, Setting.of(ctx, ctx.me), statement, values, blindings, source)
    ctx.send(to, made)


@cost(
    rounds=1,
    to_one=lambda sender, commitments, bits=64: _range_words(len(commitments), bits),
    call_name="range",
    parties=2,
)
async def verify_range(ctx: Context, sender: int, commitments: Points, *, bits: int = 64) -> None:
    """Verify that each of `commitments` (m,) of party `sender` is to a value below 2^bits. Errors as in `verify`."""
    statement = Range(pedersen(), commitments, bits)
    sent = await ctx.receive(sender, Spec((statement.proof_bytes,), np.uint8))
    await ctx.in_thread(verify_bulletproof, Setting.of(ctx, sender), statement, sent)


@cost(rounds=1, to_one=lambda peer, statement, *_: statement.proof_bytes // 8, call_name="circuit proof", parties=2)
async def prove_circuit(ctx: Context, to: int, statement: Satisfies, values: Scalars, blindings: Scalars) -> None:
    """Prove to party `to`, which calls `verify_circuit`, that committed secret values satisfy a circuit.

    LocalError `wrong-witness` where they don't; nothing is sent then.
    """
    source = ctx.prg("nonces of a circuit's proof").bytes
    made = await ctx.in_thread(prove_of_circuit, Setting.of(ctx, ctx.me), statement, values, blindings, source)
    ctx.send(to, made)


@cost(rounds=1, to_one=lambda sender, statement: statement.proof_bytes // 8, call_name="circuit proof", parties=2)
async def verify_circuit(ctx: Context, sender: int, statement: Satisfies) -> None:
    """Verify that what party `sender` committed to satisfies a circuit. Errors as in `verify`."""
    sent = await ctx.receive(sender, Spec((statement.proof_bytes,), np.uint8))
    await ctx.in_thread(verify_bulletproof, Setting.of(ctx, sender), statement, sent)


@cost(rounds=1, to_one=lambda peer, points: 4 * points.size, call_name="points", parties=2)
async def send_points(ctx: Context, to: int, points: Points) -> None:
    """Send elements of ristretto255, as commitments, to party `to`, which calls `receive_points`."""
    ctx.send(to, points.to_bytes())


@cost(rounds=1, to_one=lambda sender, shape: 4 * prod(shape), call_name="points", parties=2)
async def receive_points(ctx: Context, sender: int, shape: Sequence[int]) -> Points:
    """Elements of this shape. PeerError `bad-element` where bytes are no encoding of one."""
    return points_in(ctx, sender, await ctx.receive(sender, Spec((*shape, RISTRETTO.encoding_bytes), np.uint8)))


def points_in(ctx: Context, sender: int, sent: Bytes) -> Points:
    """Elements of what party `sender` sent as encodings (..., 32). PeerError `bad-element`."""
    points, good = Points.from_bytes(RISTRETTO, sent)
    if not good.all():
        name = ctx.names[sender]
        raise PeerError(
            "bad-element",
            f"{name} sent bytes that are no element of {RISTRETTO.name}",
            "the same version everywhere; else that party is not to be trusted",
            party=name,
            path=ctx.path,
            line=ctx.line or None,
        )
    return points


def _range_words(values: int, bits: int) -> int:
    padded = 1 << (values - 1).bit_length()
    rounds = (padded * bits).bit_length() - 1
    return 4 * (1 + 4 + 2 * rounds + 5)
