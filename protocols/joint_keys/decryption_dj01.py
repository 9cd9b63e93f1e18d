"""Decryption by shares: each party raises to its share, and any threshold + 1 of the powers give the messages.

Damgård and Jurik, PKC 2001, section 4.1; the exponent f(0) need not be 1 modulo N^s, as theta is known: Fouque,
Poupard, Stern, "Sharing decryption in the context of voting or lotteries", Financial Cryptography 2000, section 4.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import gcd

import numpy as np

from mpc.algebra.bigint import to_ints
from mpc.algebra.ring import Words
from mpc.errors import Abort
from protocols.joint_keys.key import HELD_BY_BASE, JointKey, KeyShare
from protocols.joint_keys.polynomials_shoup00 import weights
from protocols.paillier.logarithm import Logarithm


def partial(share: KeyShare, ciphertexts: Words) -> Words:
    """c_i = c^(2 Delta s_i) of ciphertexts (..., limbs), both in the form; in constant time."""
    joint, form = share.joint, share.joint.group.form
    return form.power(form.power_var(ciphertexts, 2 * joint.delta), share.secret_words, bits=joint.share_bits)


def combined(joint: JointKey, places: Sequence[int], partials: Sequence[Words]) -> Words:
    """Messages (..., messages.limbs) of what threshold + 1 parties at these places made of the same ciphertexts.

    c' = prod c_i^(2 lambda_i) with lambda_i = Delta prod j / (j - i) is c^(4 Delta^2 f(0)), which is (1 + N)^(4 Delta^2
    theta m). Abort `partial-decryptions-differ` where it is no power of 1 + N: some of them is wrong. A wrong one that
    its party chose well is not noticed so, but by its proof.
    """
    factors = [
        _power_var(joint, c, 2 * weight) for c, weight in zip(partials, weights(places, joint.parties), strict=True)
    ]
    powers = joint.group.form.out_of(joint.group.form.product(np.stack(factors)))
    logarithm = _logarithm(joint)
    if not logarithm.exist(powers):
        raise Abort(
            "partial-decryptions-differ",
            "what the parties decrypted does not fit together: one of them sent something else",
            "decrypt with proofs, which tell who did; trust nothing of what was computed with it",
        )
    return logarithm.message(powers)


def require_consistent(joint: JointKey) -> None:
    """Abort `joint-key-inconsistent` unless what is told of all shares, and theta, are of one polynomial that decrypts.

    The squares of v^(Delta s_i) are partial decryptions of v, and everybody knows what v holds. Points i to i +
    threshold and the next ones have all but one in common, and the value at 0: they are of one polynomial.
    """
    if gcd(joint.theta, joint.group.n) != 1 or any(held != [HELD_BY_BASE] for held in _held_by_base(joint)):
        raise Abort(
            "joint-key-inconsistent",
            "the shares of this key do not fit together",
            "make another; if it happens again, a party, or the dealer, does not follow the protocol",
        )


def _held_by_base(joint: JointKey) -> list[list[int]]:
    """What any threshold + 1 neighbours find in v; nothing where that is no power of 1 + N."""
    parts = list(joint.group.form.square(joint.group.form.into(joint.verification)))
    ways = [range(first, first + joint.threshold + 1) for first in range(joint.parties - joint.threshold)]
    try:
        return [to_ints(combined(joint, list(way), parts[way.start : way.stop])[None]) for way in ways]
    except Abort:
        return [[]]


def _power_var(joint: JointKey, numbers: Words, exponent: int) -> Words:
    power = joint.group.form.power_var(numbers, abs(exponent))
    return joint.group.form.inverse(power) if exponent < 0 else power


def _logarithm(joint: JointKey) -> Logarithm:
    group = joint.group
    times = 4 * joint.delta**2 * joint.theta
    return Logarithm(group.n, group.s, group.n, times, group.ciphertexts, group.messages)
