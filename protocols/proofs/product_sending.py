"""Products with ciphertexts that are sent with a proof of what they are products of.

Malicious provers are caught, whatever they send. Keys must have been received by `receive_key`, the ciphertexts that
are multiplied must be those that the other party has.
"""

from __future__ import annotations

import numpy as np

from mpc.accounts.cost import cost
from mpc.context import Context, Spec
from protocols.homomorphic.scale import Scale
from protocols.paillier.ciphertexts import Ciphertexts
from protocols.paillier.keys import PublicKey
from protocols.paillier.messages import check_ciphertexts
from protocols.paillier.plaintexts import checked
from protocols.proofs.affine_cggmp21 import (
    Affine,
    Committed,
    InGroup,
    compute_to_prove,
    prove_affine,
)
from protocols.proofs.ciphertext_sending import ones, scale_of
from protocols.proofs.decryption_cggmp21 import multiplied, multiply_to_prove, prove_multiplied
from protocols.proofs.encryption_cggmp21 import Encrypted
from protocols.proofs.many_relations import verify_relations
from protocols.proofs.ring_pedersen_cggmp21 import RingPedersen
from protocols.proofs.transcript import Setting


@cost(
    rounds=1,
    to_one=lambda to, x, others: _multiplied_words(x.ciphertexts, others),
    call_name="multiplied",
    parties=2,
)
async def send_multiplied(ctx: Context, to: int, x: Encrypted, others: Ciphertexts) -> Ciphertexts:
    """others * x, elementwise, sent and proved by Pi^mul to party `to`, which calls `receive_multiplied`.

    All is under one key, of whomever. `x`: encrypted by this party, as `send_encrypted` returned it; `to` has its
    ciphertexts. `to` learns nothing of x. LocalError `paillier-overflow`, `wrong-statement`.
    """
    source = ctx.prg("products that are proved").bytes
    products, rho = await ctx.in_thread(multiply_to_prove, others, x, source)
    proof = await ctx.in_thread(prove_multiplied, Setting.of(ctx, ctx.me), x, others, products, rho, source)
    ctx.send(to, _numbers(products))
    ctx.send(to, proof)
    return products


@cost(rounds=1, to_one=lambda sender, x, others: _multiplied_words(x, others), call_name="multiplied", parties=2)
async def receive_multiplied(ctx: Context, sender: int, x: Ciphertexts, others: Ciphertexts) -> Ciphertexts:
    """others * x from party `sender`, proved to hold these products, in the bounds that follow from theirs.

    PeerError `paillier-range`, `paillier-not-unit`, `malformed-proof`, `proof-of-another-statement`,
    `proof-of-another-session`, Abort `proof-refused`; all name the sender. LocalError `paillier-overflow`.
    """
    scale, shape = checked(others.scale.times(x.scale), others.group), others.shape
    words = await _ciphertexts_from(ctx, sender, others, shape)
    proof = await ctx.receive(sender, Spec((_multiplied_bytes(x, others),), np.uint8))
    products = Ciphertexts(others.encryption, words.words, scale, fresh=False)
    await ctx.in_thread(verify_relations, [(Setting.of(ctx, sender), multiplied(x, others, products), proof)])
    return products


@cost(
    rounds=1,
    to_one=lambda to, c, x, y, parameters: _affine_words(
        c, x.elements if isinstance(x, Committed) else x.ciphertexts, y.ciphertexts, parameters
    ),
    call_name="affine",
    parties=2,
)
async def send_affine(
    ctx: Context, to: int, c: Ciphertexts, x: Encrypted | Committed, y: Encrypted, parameters: RingPedersen
) -> None:
    """x c + y, elementwise, sent and proved by Pi^aff-p or Pi^aff-g to party `to`, which calls `receive_affine`.

    c: under the key of `to`, which sent it with a proof. y: encrypted by this party under its own key; x: likewise, or
    committed to by `commit_to_prove`, elements that `to` has already. `parameters`: those of `to`. `to` learns x c + y,
    and nothing else if y is longer than x c by 80 bits, which is up to this party: for a c as large as is proved,
    `c.scale.bound`, not as `to` declared. LocalError `paillier-overflow`, `wrong-statement`.
    """
    source = ctx.prg("affine operations that are proved").bytes
    made = await ctx.in_thread(compute_to_prove, c, x, y, source)
    of_x = x.elements if isinstance(x, Committed) else x.ciphertexts
    statement = Affine(c, made.d, of_x, y.ciphertexts, parameters)
    proof = await ctx.in_thread(prove_affine, Setting.of(ctx, ctx.me), statement, made, x, y, source)
    for part in (made.d, y.ciphertexts, *([of_x] if isinstance(of_x, Ciphertexts) else [])):
        ctx.send(to, _numbers(part))
    ctx.send(to, proof)


@cost(
    rounds=1,
    to_one=lambda sender, c, key, own, *, x, y_bound: _affine_words(c, *_stated(c, key, x, y_bound), own),
    call_name="affine",
    parties=2,
)
async def receive_affine(
    ctx: Context, sender: int, c: Ciphertexts, key: PublicKey, own: RingPedersen, *, x: float | InGroup, y_bound: float
) -> Affine:
    """What party `sender` computes of this party's `c` by `send_affine`: `.d` holds x c + y, `.x` and `.y` x and y.

    `key`: the sender's, received by `receive_key`; `own`: this party's parameters, public. x: the largest magnitude, or
    the elements that the sender has proved to be able to open. **The bound of d is the one that is proved.** Errors as
    `receive_multiplied`.
    """
    of_x, of_y = _stated(c, key, x, y_bound)
    d, y = await _ciphertexts_from(ctx, sender, c, c.shape), await _ciphertexts_from(ctx, sender, of_y, c.shape)
    if isinstance(of_x, Ciphertexts):
        of_x = await _ciphertexts_from(ctx, sender, of_x, c.shape)
    statement = Affine(c, d, of_x, y, own)
    proof = await ctx.receive(sender, Spec((statement.proof_bytes,), np.uint8))
    await ctx.in_thread(verify_relations, [(Setting.of(ctx, sender), statement, proof)])
    proved = Scale(c.scale.fractional_bits, statement.proved_bound)
    return Affine(c, Ciphertexts(c.encryption, d.words, proved, fresh=False), of_x, y, own)


async def _ciphertexts_from(ctx: Context, sender: int, like: Ciphertexts, shape: tuple[int, ...]) -> Ciphertexts:
    """Ciphertexts of a shape, under the key and of the scale of others; every number is checked to be a unit."""
    group = like.group
    numbers = await ctx.receive(sender, Spec((*shape, group.ciphertexts.limbs)))
    check_ciphertexts(group, numbers, ctx.names[sender])
    return Ciphertexts(like.encryption, group.form.into(numbers), like.scale, fresh=False)


def _numbers(ciphertexts: Ciphertexts) -> np.ndarray:
    return ciphertexts.group.form.out_of(ciphertexts.words)


def _stated(
    c: Ciphertexts, key: PublicKey, x: float | InGroup, y_bound: float
) -> tuple[Ciphertexts | InGroup, Ciphertexts]:
    """What X and Y are to be, as far as this party knows before it has them."""
    of_x = x if isinstance(x, InGroup) else ones(key, c.shape, scale_of(x))
    return of_x, ones(key, c.shape, scale_of(y_bound))


def _multiplied_bytes(x: Ciphertexts, others: Ciphertexts) -> int:
    return multiplied(x, others, others).proof_bytes


def _multiplied_words(x: Ciphertexts, others: Ciphertexts) -> int:
    return others.size * others.group.ciphertexts.limbs + _multiplied_bytes(x, others) // 8


def _affine_words(c: Ciphertexts, x: Ciphertexts | InGroup, y: Ciphertexts, parameters: RingPedersen) -> int:
    sent = [c, y, *([x] if isinstance(x, Ciphertexts) else [])]
    proof_bytes = Affine(c, c, x, y, parameters).proof_bytes
    return sum(part.size * part.group.ciphertexts.limbs for part in sent) + proof_bytes // 8
