"""What a run with keys and ciphertexts says of its security: of all that is weaker or stronger than its suite, and of
all else what the suite says, which speaks of what the program sends by itself and of material only where there is any.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from joint_keys.shared_keys import TINY, TINY_SAFE, full_shares, tiny_shares
from paillier.paillier_keys import key

import mpc
from mpc import elgamal
from mpc.context import Context, Spec
from protocols.joint_keys import (
    AdditiveShare,
    KeyShare,
    between_two_flop18,
    dealt,
    generate_between_two,
    reveal,
    share_key,
    share_sending,
)
from protocols.paillier.messages import to_bytes

MESSAGE = Spec(None, np.uint8, limit=1 << 16)
PROVED = "What was proved holds although the prover may deviate"
FOLLOWED = "Keys made in shares are right and secret where all parties follow the protocol"
DEALT = "Keys made in shares are secret if their dealer, party0, is honest, and forgets them"
EITHER = "Keys made in shares are right and secret although either of the two parties may deviate"
TOGETHER = "Keys made in shares are right and secret although parties may deviate"
UNPROVED = "What was decrypted together is right where all parties follow the protocol"
LOW_ORDER = "What was decrypted together is right if nobody finds a number of small order modulo the key's N"
BEFORE = "What is encrypted under a key that was there before is as secret as whoever dealt or made it is honest"
REVEALED, SENT = (
    "what was revealed",
    "what was revealed and what the program sends by itself, read by whoever has the key",
)


def readable_by(some: int, of: int) -> str:
    return f"What is encrypted under a key in shares can be read by any {some} of its {of} holders"


def all_else(n: int, learnt: str = REVEALED) -> str:
    others = "the other party learns" if n == 2 else f"up to {n - 1} of the {n} parties together learn"
    return f"All else: semi-honest security with dishonest majority: {others} nothing beyond {learnt}, provided that"


async def dealing(ctx: Context, mine: Any) -> None:
    await dealt(ctx, 0, parties=ctx.n, threshold=1)


async def dealing_and_revealing(ctx: Context, mine: Any) -> None:
    share = await dealt(ctx, 0, parties=ctx.n, threshold=1)
    own = to_bytes(share.public.encrypt(3, bound=9))
    (sent,) = await ctx.exchange(np.frombuffer(own, np.uint8))
    parts = [share.public.ciphertexts_from(bytes(part), ctx.names[j]) for j, part in enumerate(sent)]
    await reveal(ctx, share, parts[0] + parts[1])


async def sharing(ctx: Context, mine: Any) -> None:
    p, q = TINY
    addend = (p - 1) * (q - 1) if ctx.me == 0 else 0
    await share_key(ctx, AdditiveShare(p * q, addend), parties=ctx.n, threshold=1, own=key())


async def between_two(ctx: Context, mine: Any) -> None:
    await generate_between_two(ctx)


def revealing(primes: tuple[int, int], **options: Any) -> Any:
    shares = tiny_shares(3, 1, primes=primes)
    array = shares[0].public.encrypt(3, bound=9)

    async def main(ctx: Context, mine: Any) -> None:
        await reveal(ctx, shares[ctx.me], array, **options)

    return main


async def counting_votes(ctx: Context, mine: Any) -> None:
    share = await elgamal.generate_together(ctx, threshold=1)
    (sent,) = await ctx.exchange(np.frombuffer(elgamal.to_bytes(share.public.encrypt(True)), np.uint8))
    votes = [share.public.ciphertexts_from(bytes(vote), ctx.names[j]) for j, vote in enumerate(sent)]
    await elgamal.reveal(ctx, share, votes[0] + votes[1])


async def needing_all(ctx: Context, mine: Any) -> None:
    await elgamal.generate_together(ctx)


async def converting(ctx: Context, mine: Any) -> None:
    held = key().public.encrypt(3, bound=9) if ctx.me == 0 else None
    x = await mpc.secret_from_ciphertexts(ctx, held, holder=0, owner=1, key=key() if ctx.me == 1 else None)
    await mpc.reveal(ctx, x)


TABLE = [
    (dealing, 2, [DEALT]),
    (dealing, 3, [DEALT, readable_by(2, 3)]),
    (dealing_and_revealing, 3, [PROVED, DEALT, readable_by(2, 3), all_else(3, SENT)]),
    (sharing, 2, [FOLLOWED]),
    (sharing, 3, [FOLLOWED, readable_by(2, 3)]),
    (between_two, 2, [EITHER]),
    (revealing(TINY_SAFE), 3, [PROVED, readable_by(2, 3), BEFORE]),
    (revealing(TINY_SAFE, proved=False), 3, [readable_by(2, 3), BEFORE, UNPROVED]),
    (revealing(TINY, assuming="low order"), 3, [PROVED, readable_by(2, 3), BEFORE, LOW_ORDER]),
    (counting_votes, 3, [PROVED, TOGETHER, readable_by(2, 3), all_else(3, SENT)]),
    (needing_all, 3, [PROVED, TOGETHER]),
    (converting, 3, ["What is encrypted can be read by party0 and party1 together", all_else(3)]),
]


@pytest.fixture(autouse=True)
def _made_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """A dealer's key, and a modulus of two parties."""

    async def nothing(*_: Any) -> None:
        return None

    async def made(ctx: Context, *_: Any) -> AdditiveShare:
        return AdditiveShare(TINY[0] * TINY[1], 0)

    def deal(parties: int, threshold: int, *_: Any, **__: Any) -> list[KeyShare]:
        return full_shares(parties, threshold)

    monkeypatch.setattr(share_sending, "deal", deal)
    monkeypatch.setattr(between_two_flop18, "meet", nothing)
    monkeypatch.setattr(between_two_flop18, "generate", made)


def said_by(program: Any, n: int, **options: Any) -> str:
    report = mpc.simulate(
        program, inputs=[None] * n, preprocessing=options.pop("preprocessing", "ot"), **options
    ).report
    return re.sub(r" \(test_security_sentences\.py:\d+(, test_security_sentences\.py:\d+)*\)", "", report.security)


@pytest.mark.parametrize(("program", "n", "expected"), TABLE, ids=range(len(TABLE)))
def test_each_way_of_keys_says_what_it_holds_against(program: Any, n: int, expected: list[str]) -> None:
    said = said_by(program, n).split(". ")
    assert len(said) == len(expected)
    assert [one.startswith(other) for one, other in zip(said, expected, strict=True)] == [True] * len(said)
    assert said[:-1] == expected[:-1]


def test_lines_are_named_in_their_order_in_the_program() -> None:
    async def main(ctx: Context, mine: Any) -> None:
        for first in (False, True):
            if first:
                await elgamal.generate_together(ctx)
            else:
                await elgamal.generate_together(ctx)

    security = mpc.simulate(main, inputs=[None] * 2).report.security
    start = main.__code__.co_firstlineno
    made = [f"test_security_sentences.py:{start + line}" for line in (3, 5)]
    assert f"Keys made in shares ({', '.join(made)}) are right" in security


async def owning(ctx: Context, mine: Any) -> None:
    """Party 1 has a key, decrypts what party 0 computes under it, and nothing counts as revealed."""
    if ctx.me == 1:
        ctx.send(0, np.frombuffer(to_bytes(key().encrypt([1, 2], bound=9)), np.uint8))
        reply = bytes(await ctx.receive(0, MESSAGE))
        key().decrypt(key().public.ciphertexts_from(reply, ctx.names[0]))
    else:
        held = key().public.ciphertexts_from(bytes(await ctx.receive(1, MESSAGE)), ctx.names[1])
        ctx.send(1, np.frombuffer(to_bytes(held + held), np.uint8))


async def multiplying(ctx: Context, mine: Any) -> None:
    x = await mpc.secret(ctx, 0, 3 if ctx.me == 0 else None, range=(0, 9))
    await mpc.reveal(ctx, x * x)


async def adding(ctx: Context, mine: Any) -> None:
    x = await mpc.secret(ctx, 0, 3 if ctx.me == 0 else None, range=(0, 9))
    await mpc.reveal(ctx, x + x)


@pytest.mark.parametrize("suite", ["beaver", "yao"])
def test_what_a_program_sends_by_itself_is_learnt_beside_what_it_reveals(suite: str) -> None:
    assert f"nothing beyond {SENT}, provided" in said_by(owning, 2, suite=suite)
    assert f"nothing beyond {REVEALED}, provided" in said_by(adding, 2, suite=suite)


@pytest.mark.parametrize("deeper", [False, True])
def test_what_steps_side_by_side_send_by_themselves_counts_too(deeper: bool) -> None:
    async def step(call: Context) -> None:
        within = call.child("deeper") if deeper else call
        await within.exchange(np.zeros(2, np.uint64))

    async def main(ctx: Context, mine: Any) -> None:
        await adding(ctx, mine)
        await mpc.together(ctx, (step,), (step,))

    assert f"nothing beyond {SENT}, provided" in said_by(main, 2)


def test_protocols_side_by_side_are_no_messages_of_the_program() -> None:
    async def main(ctx: Context, mine: Any) -> None:
        await mpc.together(ctx, (multiplying, mine), (adding, mine))

    assert f"nothing beyond {REVEALED}, provided" in said_by(main, 2)


@pytest.mark.parametrize(
    ("preprocessing", "by"),
    [
        ("ot", "; nobody else is trusted: the parties make the preprocessed material themselves"),
        ("paillier", "; nobody else is trusted: the parties make the preprocessed material themselves, products under"),
        ("dealer", ", and that the dealer, who made the correlations, colludes with none of them"),
    ],
)
def test_material_is_spoken_of_where_there_was_some(preprocessing: str, by: str) -> None:
    made, none, decrypted = (said_by(main, 2, preprocessing=preprocessing) for main in (multiplying, adding, owning))
    assert by in made
    assert none.endswith("; nobody else is trusted")
    assert decrypted.endswith("; nobody else is trusted")


def test_a_plan_says_the_same() -> None:
    for program in (multiplying, adding):
        planned = mpc.plan(program, inputs=[None] * 2, preprocessing="ot").report.security
        assert planned.endswith("nobody else is trusted") == (program is adding)
