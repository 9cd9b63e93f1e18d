"""N = (p_0 + p_1) (q_0 + q_1) of shares, for many candidates at once: one encryption each way, and N told.

The asker encrypts its p and q under its own key, the answerer returns D = p q' + q p' + p' q' of its own p' and q',
encrypted; D + p q = N is no secret. So D needs no mask, and fits where N does: as both N and the asker's modulus are 1
mod 4, the residue of N modulo the latter says what N is. Nothing is proved of a candidate before it is chosen
(protocols/joint_keys/certified_flop18.py); the others are opened.

The answer's randomiser is drawn from all N-th powers, since the asker decrypts, and sees it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from mpc.accounts.cost import cost
from mpc.algebra.bigint import RandomBytes, from_ints, limbs_for, to_ints
from mpc.algebra.ring import Words
from mpc.context import Context, Spec
from protocols.homomorphic.scale import Scale
from protocols.joint_keys.draws_flop18 import deviates
from protocols.joint_keys.ends_flop18 import Ends
from protocols.joint_keys.lengths_flop18 import Lengths
from protocols.paillier.ciphertexts import Ciphertexts
from protocols.paillier.group import Group
from protocols.paillier.keys import PrivateKey, PublicKey
from protocols.paillier.messages import check_ciphertexts
from protocols.proofs.whole_numbers import resized

_CALL = "moduli of candidates"


@dataclass(frozen=True, slots=True)
class Products:
    """`asked` (count, 2, limbs) and `answers` (count, limbs), in the form of `group`, the asker's; `n`, public.

    `randomisers` (count, limbs): of the answers, secret, at the answerer.
    """

    group: Group
    asked: Words
    answers: Words
    n: list[int]
    randomisers: Words | None = field(default=None, repr=False)


@cost(rounds=3, to_one=lambda ends, x: _words(ends.lengths, ends.own.public, len(x)), call_name=_CALL, parties=2)
async def ask(ctx: Context, ends: Ends, x: Words) -> Products:
    """The moduli of candidates (count, 2, words), secret; party 0's part.

    Abort `candidate-product` where the answers don't give numbers of the form that N has.
    """
    group, lengths, peer = ends.own.public.group, ends.lengths, 1 - ctx.me
    asked = await ctx.in_thread(encrypted, ends.own, lengths, ctx.me, x, ctx.prg("shares encrypted").bytes)
    ctx.send(peer, group.form.out_of(asked))
    answers = await received(ctx, group, (len(x),))
    n = await ctx.in_thread(moduli, ends.own, lengths, ctx.me, x, answers)
    _require_moduli(ctx, lengths, n)
    ctx.send(peer, from_ints(n, limbs_for(lengths.bits)))
    return Products(group, asked, answers, n)


@cost(rounds=3, to_one=lambda ends, x: _words(ends.lengths, ends.theirs, len(x)), call_name=_CALL, parties=2)
async def answer(ctx: Context, ends: Ends, x: Words) -> Products:
    """The same for party 1. PeerError `paillier-range`, `paillier-not-unit`, Abort `candidate-product`."""
    group, lengths, peer = ends.theirs.group, ends.lengths, 1 - ctx.me
    asked = await received(ctx, group, (len(x), 2))
    rho = group.messages.random_units(len(x), ctx.prg("randomisers of answers").bytes)
    answers = await ctx.in_thread(answered, group, lengths, ctx.me, x, asked, rho)
    ctx.send(peer, group.form.out_of(answers))
    n = to_ints(await ctx.receive(peer, Spec((len(x), limbs_for(lengths.bits)))))
    _require_moduli(ctx, lengths, n)
    return Products(group, asked, answers, n, rho)


async def received(ctx: Context, group: Group, shape: tuple[int, ...]) -> Words:
    """Ciphertexts of this shape from the peer, checked, in the form."""
    numbers = await ctx.receive(1 - ctx.me, Spec((*shape, group.ciphertexts.limbs)))
    await ctx.in_thread(check_ciphertexts, group, numbers, ctx.names[1 - ctx.me])
    return group.form.into(numbers)


def encrypted(key: PrivateKey, lengths: Lengths, me: int, x: Words, source: RandomBytes) -> Words:
    """The shares that x stand for under this party's own key."""
    encryption = key.public.encryption
    return encryption.encrypt(lengths.share_of(me, x, encryption.group.messages), source)


def answered(group: Group, lengths: Lengths, me: int, x: Words, asked: Words, rho: Words) -> Words:
    """D = C_p^q' C_q^p' (1 + N)^(p' q') rho^N for candidates (count, 2, words), secret."""
    shares = lengths.share_of(me, x, group.messages)
    exponents = np.ascontiguousarray(shares[:, ::-1, : limbs_for(lengths.half)])
    powers = group.form.power(asked, exponents, bits=lengths.half)
    plain = group.powers_of_g(group.messages.mul(shares[:, 0], shares[:, 1]))
    hidden = group.ciphertexts.power_var(resized(rho, group.ciphertexts.limbs), group.n)
    return group.form.product(np.stack([powers[:, 0], powers[:, 1], plain, group.form.into(hidden)]))


def moduli(key: PrivateKey, lengths: Lengths, me: int, x: Words, answers: Words) -> list[int]:
    """N of candidates (count, 2, words), secret, from what the other party answered: public numbers, 1 mod 4."""
    group = key.public.group
    shares = lengths.share_of(me, x, group.messages)
    decrypted = key.decrypt_words(as_ciphertexts(key.public, answers))
    residues = group.messages.add(decrypted, group.messages.mul(shares[:, 0], shares[:, 1]))
    return [residue if residue % 4 == 1 else residue + group.n for residue in to_ints(residues)]


def as_ciphertexts(key: PublicKey, words: Words) -> Ciphertexts:
    """Numbers (..., limbs) in the form as an array of ciphertexts, of whatever bound."""
    return Ciphertexts(key.encryption, words, Scale(0, 1), fresh=False)


def _words(lengths: Lengths, key: PublicKey, count: int) -> int:
    """Two ciphertexts, an answer and N for each candidate."""
    return count * (3 * key.group.ciphertexts.limbs + limbs_for(lengths.bits))


def _require_moduli(ctx: Context, lengths: Lengths, n: list[int]) -> None:
    if not all(lengths.admits(number) for number in n):
        raise deviates(ctx, "candidate-product", "made a product of shares that is none")
