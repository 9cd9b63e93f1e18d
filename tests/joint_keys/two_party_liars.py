"""A party that does something else while two make a modulus, and the other one that is to name it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from joint_keys.two_party_ends import PRIMES, TINY, met, shares
from ot.pairs import run_pair

from mpc.context import Context
from mpc.errors import PeerError
from protocols.joint_keys import between_two_flop18 as making
from protocols.joint_keys.certified_flop18 import Asked
from protocols.joint_keys.certifying_flop18 import Chosen, certify
from protocols.joint_keys.products_flop18 import answer, ask
from protocols.proofs.whole_numbers import proof_of, random_numbers

FACTORS = PRIMES[:2]


async def batch(ctx: Context, peer: int) -> Any:
    found = await making.try_batch(ctx, await met(ctx), 0)
    return found.n if found else None


async def certified_pair(ctx: Context, peer: int, factors: tuple[int, int] = FACTORS, n: int | None = None) -> Any:
    """The product of known factors, and its certificate; `n`: what it is said to be."""
    ends = await met(ctx)
    x = shares(TINY, ctx.me, factors)[None]
    products = await (answer if ctx.me else ask)(ctx, ends, x)
    product = Asked(products.group, products.asked[0], products.answers[0])
    return await certify(ctx, ends, Chosen(n or products.n[0], product, x[0], products.randomisers)) is not None


def blamed(role: Any, liar: int, *codes: str) -> None:
    honest = run_pair(role, role, collect=True)[1 - liar]
    assert isinstance(honest.error, PeerError), honest.error
    assert honest.error.code in codes
    assert honest.error.party == f"party{liar}"
    assert honest.result is None


def instead(monkeypatch: pytest.MonkeyPatch, where: Any, name: str, liar: int, other: Callable[..., Any]) -> None:
    """`other(honest, *args)` at the liar, which the first argument that is a context or an index tells."""
    honest = getattr(where, name)

    def run(*args: Any, **named: Any) -> Any:
        me = next(arg if isinstance(arg, int) else arg.me for arg in args if isinstance(arg, int | Context))
        return other(honest, *args, **named) if me == liar else honest(*args, **named)

    monkeypatch.setattr(where, name, run)


def off_by_one(x: Any) -> Any:
    """Another share of the first factor, and of the second."""
    return x ^ np.uint64(1)


def forced_proof(setting: Any, relation: Any, numbers: Any, units: Any = (), source: Any = None) -> Any:
    """In the place of `prove_relation`: of what does not hold, as well as can be."""
    transcript = relation.begun(setting)
    header = setting.header(transcript)
    masks = [random_numbers(relation.count, relation.mask_bits(j), source) for j in range(len(relation.bits))]
    fresh = [n.random_units(relation.count, source) for n in relation.units]
    firsts = relation.mapped(masks, fresh)
    e = relation.challenge(transcript, firsts)
    z, z_units = relation.responses(e, masks, numbers, fresh, units)
    return proof_of(header, [*firsts, *z, *z_units])
