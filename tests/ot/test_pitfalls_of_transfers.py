"""Mistakes that others made with oblivious transfers and group elements, one test each, named as the public list of
pitfalls of secure computation names them (github.com/rot256/mpc-pitfalls)."""

from __future__ import annotations

import ast
from collections import defaultdict
from hashlib import shake_256
from pathlib import Path

import numpy as np
import pytest
from pairs import run_pair, with_fault
from ristretto_reference import NEUTRAL, SQRT_M1, P, add, decode, encode, mul

from mpc.algebra.ristretto import generator
from mpc.context import together
from mpc.domain_hash import DomainHash
from mpc.errors import Abort, PeerError
from mpc.prg import encode_domain
from mpc.testing import Fault
from protocols.garbled.half_gates_zre15 import HALF_GATES
from protocols.garbled.three_halves_rr21 import THREE_HALVES
from protocols.ot import base_co15, extension_softspoken_roy22
from protocols.ot.folding import parts

CORRECTIONS = 4
"""The receiver's message with the corrections of its first block, which a dishonest receiver makes up."""
ROOT = Path(__file__).resolve().parents[2]


async def sender(ctx, peer):
    end = await extension_softspoken_roy22.send_setup(ctx, peer, malicious=True)
    await end.extend(ctx, 300)


async def extend(ctx, end):
    await end.extend(ctx, 300)


async def receiver(ctx, peer):
    end = await extension_softspoken_roy22.receive_setup(ctx, peer, malicious=True)
    await end.extend(ctx, 300)


def cheated(send=sender):
    """The sender's end of a run in which the receiver sends wrong corrections."""
    runs, struck = with_fault(send, receiver, 1, Fault("flip", CORRECTIONS, byte=3, bit=1))
    assert struck == 1
    return runs[0]


def test_opaque_ot_abort():
    """A failed check is an error of a type and a code of its own, and no lost connection's."""
    found = cheated().error
    assert isinstance(found, Abort)
    assert found.code == "ot-check-failed"


def test_panic_instead_of_abort():
    """It names who cheated."""
    found = cheated().error
    assert found.party == "party1"


def test_selective_abort_attacks_ot():
    """After a failed check the same offset answers nothing again: what it would leak a bit of is gone."""

    async def again(ctx, peer):
        end = await extension_softspoken_roy22.send_setup(ctx, peer, malicious=True)
        try:
            await end.extend(ctx, 300)
        except Abort as found:
            with pytest.raises(Abort) as repeated:
                await end.extend(ctx, 300)
            return found is repeated.value

    assert cheated(again).result is True


def test_unpropagated_abort():
    """Extensions that run side by side with the one that fails end with it."""

    async def two(ctx, peer, setup):
        ends = [await setup(ctx, peer, malicious=True) for _ in range(2)]
        await together(ctx, *[(extend, end) for end in ends])

    async def send(ctx, peer):
        await two(ctx, peer, extension_softspoken_roy22.send_setup)

    async def receive(ctx, peer):
        await two(ctx, peer, extension_softspoken_roy22.receive_setup)

    runs, struck = with_fault(send, receive, 1, Fault("flip", 2 * CORRECTIONS, byte=3, bit=1))
    assert struck == 1
    assert isinstance(runs[0].error, Abort)
    assert all(run.error is not None for run in runs)


def answered(point):
    """The error of a sender of base transfers who gets this for a point."""

    async def send(ctx, peer):
        return await base_co15.send(ctx, peer, 1)

    async def dishonest(ctx, peer):
        call = ctx.child("base_ot")
        await call.receive(peer, base_co15.Spec((32,), np.uint8))
        call.send(peer, np.frombuffer(point, np.uint8).reshape(1, 32).copy())

    runs = run_pair(send, dishonest, collect=True)
    return runs[0].error


def test_missing_subgroup_check():
    """The group has prime order: its neutral element alone has a small one."""
    error = answered(encode(NEUTRAL))
    assert isinstance(error, PeerError)
    assert (error.code, error.party) == ("bad-point", "party1")


def test_uncleared_cofactor():
    """A point of the curve with a part of small order is the same element, and has the same bytes."""
    good = mul(8 * 5, decode(generator().to_bytes().tobytes()))
    of_order_two, of_order_four = (0, P - 1), (SQRT_M1, 0)
    assert {encode(add(good, part)) for part in (NEUTRAL, of_order_two, of_order_four)} == {encode(good)}


def test_missing_on_curve_check():
    none = [n for n in range(2, 40, 2) if decode(n.to_bytes(32, "little")) is None]
    assert len(none) > 5
    for bad in none:
        assert answered(bad.to_bytes(32, "little")).code == "bad-point"


def test_unreduced_input():
    """A number above the prime is another way to write a small one, and a negative one to write its opposite."""
    for small in range(19):
        for sign in (0, 1 << 255):
            assert answered((P + small | sign).to_bytes(32, "little")).code == "bad-point"
    good = int.from_bytes(encode(mul(5, decode(generator().to_bytes().tobytes()))), "little")
    for bad in (good + P, good | 1 << 255, P - good):
        assert answered(bad.to_bytes(33, "little")[:32]).code == "bad-point"


def hashes(session="one", domain="a", calls=1):
    async def main(ctx, peer):
        for _ in range(calls):
            call = ctx.child("call")
        return call.hash(domain).bytes(16)

    return [run.result for run in run_pair(main, main, seed=session)]


def test_missing_ssid_in_challenge():
    """What is hashed is bound to the session, the call in it and the use, and both parties agree on it."""
    mine, theirs = hashes()
    assert mine == theirs
    assert len({mine, hashes(session="another")[0], hashes(domain="b")[0], hashes(calls=2)[0]}) == 4


def test_missing_pid_in_challenge():
    """Keys of base transfers are bound to who sends and who receives: both directions of one call differ."""

    async def keys(ctx, peer):
        made = [base_co15._Keys(ctx, sending, 1 - sending, b"point").of(0, b"r", b"s") for sending in (0, 1)]
        assert len(set(made)) == 2
        return made

    first, second = (run.result for run in run_pair(keys, keys))
    assert first == second


def test_ambiguous_hash_encoding():
    """No two sequences of values have the same bytes."""
    flat, tall = np.arange(6, dtype=np.uint8), np.arange(6, dtype=np.uint8).reshape(2, 3)
    sequences = [
        ("ab", "c"),
        ("a", "bc"),
        ("abc",),
        (b"abc",),
        ("abc", ""),
        (1, 23),
        (12, 3),
        ((1, 2), 3),
        ((1, 2, 3),),
    ]
    sequences += [(flat,), (tall,), (tall.T,), (flat[:3], flat[3:]), (flat.astype(np.uint16),)]
    sequences += [(flat.astype(np.int8),), (flat[:0],), (flat[:0].astype(np.uint16),)]
    sequences += [("d", "e"), ("d" + encode_domain(("e",)).decode(),)]
    assert len({DomainHash("x").absorb(*values).bytes(16) for values in sequences}) == len(sequences)


def test_hash_length_extension():
    """A hash does not tell the state that hashes on: it is SHAKE-256, a sponge of which less is shown than it holds."""
    parts = encode_domain(("x",)) + encode_domain(("a",))
    assert DomainHash("x").absorb("a").bytes(32) == shake_256(parts).digest(32)
    short = DomainHash("x").absorb("a").bytes(32)
    assert DomainHash("x").absorb("a").absorb("b").bytes(32) != DomainHash("x").absorb_fixed(short).bytes(32)
    assert DomainHash("x", "a").bytes(16) != DomainHash("x").absorb("a", "").bytes(16)


OF_SCHEMES = {HALF_GATES.domain, THREE_HALVES.domain}
NAMED = {
    ("yao.py", "scheme.domain"): OF_SCHEMES, ("of_shares.py", "domain"): OF_SCHEMES | {"projected"},
    ("endpoint.py", "domain"): set(), ("session.py", "domain"): set(),
}  # fmt: skip
"""Domains that no string of the call says: where, and which they are."""
NUMBERED = {"projected": {"products.py", "of_shares.py"}, **{key: {"yao.py", "of_shares.py"} for key in OF_SCHEMES}}
"""Circuits of shares are garbled as others are, and set their slabs apart by number."""


def hashed(path):
    """The domains of each `DomainHash(...)` and `ctx.hash(...)` of a file."""
    for node in ast.walk(ast.parse(path.read_text())):
        called = getattr(node, "func", None)
        if getattr(called, "attr", None) == "hash" or getattr(called, "id", None) == "DomainHash":
            domain = node.args[0]
            yield from [domain.value] if isinstance(domain, ast.Constant) else NAMED[path.name, ast.unparse(domain)]


def test_hash_reuse_without_ds():
    """Each place that hashes has a domain of its own, however it names it; streams of randomness a call counts."""
    used = defaultdict(set)
    for folder in ("mpc", "protocols"):
        for path in (ROOT / folder).rglob("*.py"):
            for domain in hashed(path):
                used[domain].add(path.name)
    assert used.keys() >= {"zero-knowledge proof", "paillier key", "ferret", "garbled ahead"} | OF_SCHEMES
    assert {domain: files for domain, files in used.items() if len(files) > 1} == NUMBERED


def test_reduced_iteration_count():
    """All 128 bits of the offset are covered, whatever k is."""
    for k in range(1, 9):
        assert sum(parts(k)) == 128
