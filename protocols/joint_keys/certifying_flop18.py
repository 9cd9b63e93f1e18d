"""The one modulus that is kept is proved to be what it should be, by either party to the other.

Each is the asker once, so that both see N = (p_0 + p_1) (q_0 + q_1) modulo the other's key and their own: of the
numbers that are committed to, which have at most epsilon bits more than they should, over the whole numbers then. With
the same commitments each proves what it tells in the test of Boneh and Franklin.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from mpc.algebra.bigint import Modulus, limbs_for
from mpc.algebra.ring import Words
from mpc.context import Context, Spec
from protocols.joint_keys import biprimality_flop18 as biprimality
from protocols.joint_keys.certified_flop18 import (
    Asked,
    Committed,
    Secrets,
    answers_bytes,
    commit,
    encrypts,
    multiplies,
    prove_answers,
    prove_encrypts,
    prove_multiplies,
    verify_answers,
)
from protocols.joint_keys.draws_flop18 import deviates
from protocols.joint_keys.ends_flop18 import Ends
from protocols.joint_keys.exponents_flop18 import BASES, OneExponent, begin, challenges
from protocols.joint_keys.products_flop18 import answered, encrypted, moduli, received
from protocols.joint_keys.public_tests import bases
from protocols.preprocessing.coins import toss
from protocols.proofs.hidden_order import Relation, verify_relation
from protocols.proofs.transcript import Bytes, Setting
from protocols.proofs.whole_numbers import Field, are_units


@dataclass(frozen=True, slots=True)
class Chosen:
    """A candidate: N, this party's x of p and of q (2, words), and the product by which N was found.

    `randomiser` (1, limbs): of the answer, at party 1.
    """

    n: int
    product: Asked
    x: Words = field(repr=False)
    randomiser: Words | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Certified:
    """N, the commitments of both parties to their shares of its factors, each by the other's parameters, and what
    opens this party's `own`."""

    n: int
    own: Committed
    theirs: Committed
    secrets: Secrets = field(repr=False)

    @property
    def sums(self) -> tuple[Words, Words]:
        """w (words,), the sum of this party's x of p and of q, and the blinding of `own.to_sum`; both secret."""
        x = _sums(self.secrets.x, self.own.lengths.share_bits + 1)
        return x, _sums(self.secrets.mu, self.own.blinding_bits + 1)


async def certify(ctx: Context, ends: Ends, chosen: Chosen) -> Certified | None:
    """What stands proved of N, a product of two primes of which both parties have the shares they have committed to.

    None where N fails the test: it is to be opened then, which shows whether the peer has made it fail. Whatever the
    peer does, a bad N is certified with a probability of 2^-80 at most. Abort `proof-refused`, `candidate-product`,
    `candidate-malformed`, PeerError `malformed-proof`, `proof-of-another-session`; all name it.
    """
    source = ctx.prg("blindings of shares").bytes
    own, secrets = await ctx.in_thread(commit, ends.lengths, ctx.me, chosen.x, ends.their_parameters, source)
    (both,) = await ctx.exchange(own.commitments)
    theirs = Committed(ends.lengths, 1 - ctx.me, both[1 - ctx.me], ends.own_parameters)
    if not are_units(ends.own_parameters.modulus, theirs.commitments):
        raise biprimality.malformed(ctx)
    call = _Call(ends, chosen, own, secrets, theirs)
    if ctx.me == 0:
        await _asked(ctx, call, chosen.product)
        await _answer_again(ctx, call)
    else:
        await _answered(ctx, call, chosen.product, chosen.randomiser)
        await _ask_again(ctx, call)
    return Certified(chosen.n, own, theirs, secrets) if await _test(ctx, call) else None


@dataclass(frozen=True, slots=True)
class _Call:
    ends: Ends
    chosen: Chosen
    own: Committed
    secrets: Secrets = field(repr=False)
    theirs: Committed


async def _asked(ctx: Context, call: _Call, product: Asked) -> None:
    """Prove what this party has asked by, and what N is; verify what was answered."""
    await _prove_encrypts(ctx, call, product.asked)
    await _prove_multiplies(ctx, call, product)
    await _verify_answers(ctx, call, product)


async def _answered(ctx: Context, call: _Call, product: Asked, randomiser: Words | None) -> None:
    """The other way round."""
    await _prove_answers(ctx, call, product, randomiser)
    await _verify(ctx, encrypts(product.group, product.asked, call.theirs))
    await _verify(ctx, multiplies(product, call.chosen.n, call.theirs))


async def _ask_again(ctx: Context, call: _Call) -> None:
    """The same product once more, under this party's key; it must be the same N."""
    ends, group, lengths, peer = call.ends, call.ends.own.public.group, call.ends.lengths, 1 - ctx.me
    source = ctx.prg("shares encrypted").bytes
    asked = await ctx.in_thread(encrypted, ends.own, lengths, ctx.me, call.chosen.x[None], source)
    ctx.send(peer, group.form.out_of(asked))
    await _prove_encrypts(ctx, call, asked[0])
    product = Asked(group, asked[0], (await received(ctx, group, (1,)))[0])
    await _verify_answers(ctx, call, product)
    if moduli(ends.own, lengths, ctx.me, call.chosen.x[None], product.answer[None]) != [call.chosen.n]:
        raise deviates(ctx, "candidate-product", "made another product of the same shares")
    await _prove_multiplies(ctx, call, product)


async def _answer_again(ctx: Context, call: _Call) -> None:
    """The other way round."""
    group, lengths = call.ends.theirs.group, call.ends.lengths
    asked = await received(ctx, group, (1, 2))
    await _verify(ctx, encrypts(group, asked[0], call.theirs))
    rho = group.messages.random_units(1, ctx.prg("randomisers of answers").bytes)
    answer = await ctx.in_thread(answered, group, lengths, ctx.me, call.chosen.x[None], asked, rho)
    ctx.send(1 - ctx.me, group.form.out_of(answer))
    product = Asked(group, asked[0], answer[0])
    await _prove_answers(ctx, call, product, rho)
    await _verify(ctx, multiplies(product, call.chosen.n, call.theirs))


async def _test(ctx: Context, call: _Call) -> bool:
    """The test by many bases, with proofs: g^(w_0) g^(w_1) is g^A or -g^A where N is good."""
    n = Modulus(call.chosen.n)
    g = await ctx.in_thread(bases, await toss(ctx), n.n, BASES)
    own, theirs = (_statement(n, g, by) for by in (call.own, call.theirs))
    w, mu = _sums(call.chosen.x, own.bits), _sums(call.secrets.mu, own.blinding_bits)
    proving = await ctx.in_thread(begin, own, w, mu, ctx.prg("nonces of a test").bytes)
    firsts = await _swapped(ctx, proving.firsts, theirs.first_fields)
    e = challenges(await toss(ctx), BASES)
    responses = await _swapped(ctx, proving.responses(e), theirs.response_fields)
    if not await ctx.in_thread(theirs.holds, firsts, e, responses):
        raise Setting.of(ctx, 1 - ctx.me).prover.failed()
    wanted = await ctx.in_thread(n.power_var, g, biprimality.public_exponent(call.ends.lengths, n.n))
    return biprimality.is_one_or_minus_one(n, n.mul(proving.firsts[0], firsts[0]), wanted)


def _statement(n: Modulus, g: Words, by: Committed) -> OneExponent:
    """Of w, the sum of both x, to which S_p S_q commits."""
    return OneExponent(n, g, by.to_sum[0], by.to, by.lengths.share_bits + 1, by.blinding_bits + 1)


def _sums(x: Words, bits: int) -> Words:
    """Of two secret numbers (2, words), in the words of so many bits."""
    limbs = limbs_for(bits)
    return biprimality.sums_of(x, limbs + 1)[:limbs]


async def _swapped(ctx: Context, own: Sequence[Words], fields: Sequence[Field]) -> list[Words]:
    """The peer's numbers for this party's, each as its field says."""
    for numbers in own:
        ctx.send(1 - ctx.me, numbers)
    theirs = [await ctx.receive(1 - ctx.me, Spec((each.count, each.limbs))) for each in fields]
    if not all(each.fits(numbers) for each, numbers in zip(fields, theirs, strict=True)):
        raise Setting.of(ctx, 1 - ctx.me).prover.malformed()
    return theirs


async def _prove_encrypts(ctx: Context, call: _Call, asked: Words) -> None:
    own, secrets = call.own, call.secrets
    await _prove(ctx, prove_encrypts, call.ends.own, asked, own, secrets)


async def _prove_multiplies(ctx: Context, call: _Call, product: Asked) -> None:
    await _prove(ctx, prove_multiplies, call.ends.own, product, call.chosen.n, call.own, call.secrets)


async def _prove_answers(ctx: Context, call: _Call, product: Asked, randomiser: Words | None) -> None:
    await _prove(ctx, prove_answers, product, call.own, call.secrets, randomiser)


async def _prove(ctx: Context, prove: Callable[..., Bytes], *witness: Any) -> None:
    source = ctx.prg("nonces of a product").bytes
    ctx.send(1 - ctx.me, await ctx.in_thread(prove, Setting.of(ctx, ctx.me), *witness, source))


async def _verify(ctx: Context, relation: Relation) -> None:
    proof = await ctx.receive(1 - ctx.me, Spec((relation.proof_bytes,), np.uint8))
    await ctx.in_thread(verify_relation, Setting.of(ctx, 1 - ctx.me), relation, proof)


async def _verify_answers(ctx: Context, call: _Call, product: Asked) -> None:
    proof = await ctx.receive(1 - ctx.me, Spec((answers_bytes(product, call.theirs),), np.uint8))
    await ctx.in_thread(verify_answers, Setting.of(ctx, 1 - ctx.me), product, call.theirs, proof)
