"""Proofs about keys and ciphertexts from fixed randomness, and the hashes of their bytes."""

from __future__ import annotations

from paillier_proof_cases import FACTORS, SAFE_FACTORS, key, modulus

from mpc.algebra.bigint import RandomBytes, from_ints
from mpc.algebra.group import Scalars
from mpc.algebra.ristretto import ORDER
from mpc.prg import Seed
from protocols.paillier.ciphertexts import Ciphertexts
from protocols.paillier.keys import PrivateKey
from protocols.proofs.affine_cggmp21 import Affine, commit_to_prove, compute_to_prove, prove_affine
from protocols.proofs.decryption_cggmp21 import multiplied, prove_decryption, same_exponent
from protocols.proofs.encryption_cggmp21 import Encrypted, InRange, encrypt_to_prove, prove_in_range
from protocols.proofs.factors_cggmp21 import NoSmallFactor, prove_no_small_factor
from protocols.proofs.hidden_order import prove_relation
from protocols.proofs.modulus_cggmp21 import BlumModulus, prove_modulus
from protocols.proofs.pedersen import pedersen
from protocols.proofs.ring_pedersen_cggmp21 import RingPedersen, RingPedersenKey
from protocols.proofs.transcript import Bytes, Setting

SETTING = Setting.outside("alice", "fixed bytes")
NUMBERS = [3, -200]


def parameters() -> RingPedersenKey:
    return RingPedersenKey(*SAFE_FACTORS, Seed(bytes(32)).prg("parameters").bytes)


def to() -> RingPedersen:
    return parameters().public


def encrypted(source: RandomBytes) -> Encrypted:
    return encrypt_to_prove(key().public, NUMBERS, bound=200, source=source)


def of_modulus(source: RandomBytes) -> Bytes:
    return prove_modulus(SETTING, BlumModulus(modulus()), *FACTORS, source)


def of_parameters(source: RandomBytes) -> Bytes:
    return parameters().prove(SETTING, source=source)


def of_factors(source: RandomBytes) -> Bytes:
    return prove_no_small_factor(SETTING, NoSmallFactor(modulus(), to()), *FACTORS, source)


def in_range(source: RandomBytes) -> Bytes:
    made = encrypted(source)
    return prove_in_range(SETTING, InRange(made.ciphertexts, to()), made, source=source)


def committed(source: RandomBytes) -> Bytes:
    made = encrypted(source)
    points, blindings = pedersen().commit(Scalars.of(ORDER, [v % ORDER.n for v in NUMBERS]), source)
    return prove_in_range(SETTING, InRange(made.ciphertexts, to(), points), made, blindings, source)


def decryption(source: RandomBytes) -> Bytes:
    made = encrypted(source).ciphertexts
    return prove_decryption(SETTING, key(), made, key().decrypt_words(made), source)


def multiplication(source: RandomBytes) -> Bytes:
    x, zero, group = encrypted(source), encrypt_to_prove(key().public, [0, 0], bound=1, source=source), modulus()
    numbers = from_ints([v % group.n for v in NUMBERS], group.limbs)
    form = key().public.group.form
    words = form.mul(form.power(x.ciphertexts.words, numbers, bits=group.bits), zero.ciphertexts.words)
    products = Ciphertexts(x.ciphertexts.encryption, words, x.ciphertexts.scale, fresh=True)
    relation = multiplied(x.ciphertexts, x.ciphertexts, products)
    return prove_relation(SETTING, relation, [numbers], [x.randomisers, zero.randomisers], source)


def partial_decryption(source: RandomBytes) -> Bytes:
    n = to().modulus
    bases, share = [n.square(n.random_units(1, source)) for _ in range(2)], from_ints([2**200 - 1], 4)
    relation = same_exponent(n, bases, [n.power(base, share, bits=200) for base in bases], 200)
    return prove_relation(SETTING, relation, [share], source=source)


def affine(source: RandomBytes) -> Bytes:
    c, x, y = (encrypted(source) for _ in range(3))
    made = compute_to_prove(c.ciphertexts, x, y, source)
    statement = Affine(c.ciphertexts, made.d, x.ciphertexts, y.ciphertexts, to())
    return prove_affine(SETTING, statement, made, x, y, source)


def affine_committed(source: RandomBytes) -> Bytes:
    c, y = (encrypted(source) for _ in range(2))
    x = commit_to_prove(c.ciphertexts, NUMBERS, bound=200, source=source)
    made = compute_to_prove(c.ciphertexts, x, y, source)
    statement = Affine(c.ciphertexts, made.d, x.elements, y.ciphertexts, to())
    return prove_affine(SETTING, statement, made, x, y, source)


def wide_key() -> PrivateKey:
    """With s = 2."""
    return PrivateKey.insecure_of(*FACTORS, s=2)


def wide_range(source: RandomBytes) -> Bytes:
    made = encrypt_to_prove(wide_key().public, [-7], bound=200, source=source)
    return prove_in_range(SETTING, InRange(made.ciphertexts, to()), made, source=source)


def wide_decryption(source: RandomBytes) -> Bytes:
    made = encrypt_to_prove(wide_key().public, [-7], bound=200, source=source).ciphertexts
    return prove_decryption(SETTING, wide_key(), made, wide_key().decrypt_words(made), source)


HASHES = {
    of_modulus: "0e4bce0a590a0806",
    of_parameters: "b4190e462666d9b0",
    of_factors: "86fdded7f3000285",
    in_range: "f4f3aa060c544649",
    committed: "e86f0f7ca1ae43e5",
    decryption: "34729e53d3a12535",
    multiplication: "301b6d11c7995772",
    partial_decryption: "797a5efe2b97accc",
    affine: "69363d2f37acb538",
    affine_committed: "8846df834ce9d9ad",
    wide_range: "a0778e759626838b",
    wide_decryption: "10f15c98327b0ebf",
}
