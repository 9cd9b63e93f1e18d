"""That partial decryptions are right: one proof for an array of them.

Shoup, "Practical threshold signatures", EUROCRYPT 2000, section 2.2; Damgård and Jurik, PKC 2001, section 4.1: x =
Delta s_i is the logarithm of v_i to the base v, and of c_i^2 to the base c^4. Many ciphertexts are one: with random
rho_k of 128 bits, which a hash of all of them gives, the same is shown of prod c_k^rho_k and prod c_(i, k)^rho_k
(Bellare, Garay, Rabin, EUROCRYPT 1998, small exponents).

All bases are squares, of order N^s p' q' for safe primes p = 2 p' + 1, q = 2 q' + 1: no factor of it is shorter than a
difference of two challenges, or of two rho_k, and a wrong c_i passes with a chance of about 2^-127 for each hash. Of
other primes the order may have small factors. Whoever has a wrong c_i pass then knows a number other than 1 and -1 of
an order below 2^128, or a multiple of the order of v: that nobody finds such a number is the *low order assumption*
(Boneh, Bünz, Fisch, "A survey of two verifiable delay functions", eprint 2018/712), which whoever proves or verifies so
must name.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Literal

import numpy as np

from mpc.algebra.bigint import Modulus, RandomBytes, from_ints, limbs_for
from mpc.algebra.ring import U64, Words
from mpc.errors import LocalError
from protocols.homomorphic.encoded import Encoded
from protocols.homomorphic.scale import Scale
from protocols.joint_keys.key import JointKey, KeyShare
from protocols.paillier.matrices import product_var
from protocols.proofs.decryption_cggmp21 import same_exponent
from protocols.proofs.hidden_order import Relation, prove_relation, verify_relation
from protocols.proofs.strength import STANDARD, Strength
from protocols.proofs.transcript import Bytes, Setting
from protocols.proofs.whole_numbers import absorb_numbers, masked

Assumption = Literal["low order"]


def require_provable(joint: JointKey, assuming: Assumption | None) -> None:
    """LocalError `weak-proof` for a key of primes that are not known to be safe, unless the assumption is named, and
    `wrong-choice` for another name."""
    if assuming not in (None, "low order"):
        raise LocalError("wrong-choice", f"there is no assumption {assuming!r}", 'say assuming="low order", or none')
    if not joint.safe and assuming != "low order":
        raise LocalError(
            "weak-proof",
            "the primes of this key are not known to be safe: proofs of its partial decryptions take a further "
            "assumption, that nobody finds a number of small order modulo N",
            'a key of a dealer has safe primes; or say assuming="low order"; or decrypt without proofs, proved=False, '
            "among parties that follow the protocol",
        )


def prove_partials(
    setting: Setting,
    share: KeyShare,
    ciphertexts: Words,
    partials: Words,
    source: RandomBytes,
    strength: Strength = STANDARD,
) -> Bytes:
    """A proof that partials are c^(2 Delta s_i) of ciphertexts, both (count, limbs) in the form, one or more.

    `source` gives uniform bytes that serve for nothing else. LocalError `wrong-witness` where they are not.
    """
    relation = _relation(setting, share.joint, share.place, ciphertexts, partials, strength)
    nothing = np.zeros((1, limbs_for(_exponent_bits(share.joint))), U64)
    exponent = masked(nothing, share.joint.delta, share.secret_words[None])
    return prove_relation(setting, relation, (exponent,), source=source)


def verify_partials(
    setting: Setting,
    joint: JointKey,
    place: int,
    ciphertexts: Words,
    partials: Words,
    proof: Bytes,
    strength: Strength = STANDARD,
) -> None:
    """Raise unless `proof`, any bytes whatever, proves the partial decryptions of the party at `place`.

    PeerError `proof-length`, `malformed-proof`, `proof-of-another-session`, `proof-of-another-statement`, Abort
    `proof-refused`; all name the party.
    """
    verify_relation(setting, _relation(setting, joint, place, ciphertexts, partials, strength), proof)


def proof_bytes(joint: JointKey, strength: Strength = STANDARD) -> int:
    """The length of every proof under this key."""
    ciphertexts = joint.group.ciphertexts
    return _proof_bytes(ciphertexts.n, ciphertexts.limbs, _exponent_bits(joint), strength)


@lru_cache(maxsize=8)
def _proof_bytes(n: int, limbs: int, bits: int, strength: Strength) -> int:
    modulus = Modulus(n, limbs=limbs)
    four = from_ints([4], modulus.limbs)
    return same_exponent(modulus, [four[0], four[0]], [four, four], bits, strength).proof_bytes


def _relation(
    setting: Setting, joint: JointKey, place: int, ciphertexts: Words, partials: Words, strength: Strength
) -> Relation:
    """(v^x, C^(4 x)) = (v_i, C_i^2), of C = prod c_k^rho_k and C_i = prod c_(i, k)^rho_k."""
    form = joint.group.form
    transcript = setting.transcript()
    transcript.absorb("partial decryptions", joint.fingerprint, place, strength.described())
    absorb_numbers(transcript, "ciphertexts and what was made of them", ciphertexts, partials)
    rho = transcript.words("rho", 2 * len(ciphertexts)).reshape(1, -1, 2)
    weights = Encoded(rho, np.zeros(rho.shape[:2], U64), Scale(0, (1 << 128) - 1), signed=False)
    one, image = (form.out_of(product_var(joint.group, weights, x)[0]) for x in (ciphertexts, partials))
    bases = [joint.base, joint.group.ciphertexts.power_var(one[None], 4)[0]]
    images = [joint.verification[place][None], joint.group.ciphertexts.square(image)[None]]
    relation = same_exponent(joint.group.ciphertexts, bases, images, _exponent_bits(joint), strength)
    return replace(relation, name="partial decryption", about=(transcript.digest("partial decryptions"),))


def _exponent_bits(joint: JointKey) -> int:
    """Of Delta s_i."""
    return joint.share_bits + joint.delta.bit_length()
