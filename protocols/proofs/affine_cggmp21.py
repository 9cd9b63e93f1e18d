"""Pi^aff-p and Pi^aff-g: that D holds x c + y, for the c that C holds, and x and y of the prover, both in range.

The step of a two-party product against provers who deviate: the verifier sends C under its own key, and decrypts D; the
prover has encrypted y under a key of its own, as Y, and x as X (aff-p), or has X = x G in ristretto255, or a commitment
X = x G + r H (aff-g). Canetti, Gennaro, Goldfeder, Makriyannis, Peled, eprint 2021/060: D = C^x (1 + N_0)^y rho^N_0, X
and Y by N_1. x stands as k_x = x + 2^(b_x), y likewise, as in protocols/proofs/encryption_cggmp21.py. For y to hide x c
it must be longer by the statistical slack, which is up to whoever chooses it: in the paper x has l = 256 bits and y
l' = 848.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from mpc.algebra.bigint import Modulus, RandomBytes, from_ints
from mpc.algebra.group import Points, Scalars
from mpc.algebra.ring import Words
from protocols.homomorphic.encoding import encode
from protocols.homomorphic.scale import Scale
from protocols.paillier.ciphertexts import Ciphertexts
from protocols.paillier.plaintexts import to_messages
from protocols.proofs.encryption_cggmp21 import (
    Encrypted,
    committed_row,
    raised,
    range_bits,
    require_s_one,
    shifted,
)
from protocols.proofs.hidden_order import Relation, prove_relation, verify_relation
from protocols.proofs.hidden_rows import Number, OnePlus, Powers, Row
from protocols.proofs.pedersen import pedersen
from protocols.proofs.refusals import unfit
from protocols.proofs.ring_pedersen_cggmp21 import RingPedersen
from protocols.proofs.strength import STANDARD, Strength
from protocols.proofs.transcript import Bytes, Proof, Setting
from protocols.proofs.whole_numbers import (
    Field,
    committed_length,
    committed_parts,
    random_numbers,
    resized,
    with_committed,
)


@dataclass(frozen=True, slots=True)
class InGroup:
    """Whole numbers of a declared scale as elements of ristretto255: x G + r H by `pedersen()`, or x G, which shows
    numbers that can be guessed, where they are not `blinded`."""

    points: Points
    scale: Scale
    blinded: bool = True

    @property
    def shape(self) -> tuple[int, ...]:
        return self.points.shape


@dataclass(frozen=True, slots=True)
class Committed:
    """Elements, and the secrets of who made them: k (count, words), and r (count,) where they are blinded."""

    elements: InGroup
    numbers: Words = field(repr=False)
    blindings: Scalars | None = field(repr=False)

    @property
    def scale(self) -> Scale:
        return self.elements.scale

    @property
    def shape(self) -> tuple[int, ...]:
        return self.elements.shape


def commit_to_prove(
    c: Ciphertexts, values: npt.ArrayLike, *, bound: float, blinded: bool = True, source: RandomBytes = os.urandom
) -> Committed:
    """Whole numbers of the shape of `c` as elements, with what a proof of a product with `c` takes.

    LocalError as `PublicKey.encrypt`.
    """
    encoded, group, bases = encode(values, fractional_bits=0, bound=bound), require_s_one(c.group), pedersen()
    bits, order = range_bits(encoded.scale), bases.group.order
    k = raised(group, to_messages(encoded, group).reshape(-1, group.messages.limbs), bits)
    x = Scalars(order, order.reduce(k)) - Scalars.of(order, (1 << bits - 1) % order.n)
    blindings = Scalars.random(order, x.shape, source) if blinded else None
    points = bases.g * x if blindings is None else bases.committed(x, blindings)
    return Committed(InGroup(points.reshape(*encoded.shape), encoded.scale, blinded), k, blindings)


@dataclass(frozen=True, slots=True)
class Affine:
    """The statement: `d` holds x c + y. All four are of one shape, not empty, and hold whole numbers.

    c, d: under the verifier's key. y, and x unless it is in the group: under the prover's, whose two proofs hold. `to`:
    parameters of the verifier. `strength`: as everywhere. LocalError `wrong-statement` where shapes or keys do not fit,
    or where x c + y could wrap for an x and y of the ranges that are proved, which are wider than those declared, by
    epsilon.
    """

    c: Ciphertexts
    d: Ciphertexts
    x: Ciphertexts | InGroup
    y: Ciphertexts
    to: RingPedersen
    strength: Strength = STANDARD

    def __post_init__(self) -> None:
        for part in (self.c, self.y):
            require_s_one(part.group)
        pairs = [(self.c, self.d), (self.y, self.y if isinstance(self.x, InGroup) else self.x)]
        one_key = all(one.group.fingerprint == other.group.fingerprint for one, other in pairs)
        if {part.shape for part in (self.d, self.x, self.y)} != {self.c.shape} or not one_key:
            raise unfit("c and d are under one key, x and y under one, all of one shape", "give four such arrays")
        if 2 * self.proved_bound >= self.c.group.n:
            raise unfit("plaintexts of the key don't hold the widened range", "declare closer bounds")

    @property
    def proved_bound(self) -> int:
        """What x c + y is proved to be smaller than, in magnitude, if c is within its own bound."""
        x, y = ((1 << bits + self.strength.epsilon) + (1 << bits - 1) for bits in self.bits)
        return x * self.c.scale.bound + y

    @property
    def bits(self) -> tuple[int, int]:
        """Of k_x and k_y."""
        return range_bits(self.x.scale), range_bits(self.y.scale)

    @property
    def blinding_bits(self) -> int:
        """Of what hides them in S and T."""
        return self.strength.plaintext_bits + self.to.modulus.bits

    @property
    def committed(self) -> list[Field]:
        """S and T."""
        return [Field.units(self.to.modulus, self.c.size)] * 2

    @property
    def proof_bytes(self) -> int:
        """The length of every proof of this statement."""
        one = np.broadcast_to(from_ints([1], self.to.modulus.limbs), (self.c.size, self.to.modulus.limbs))
        return committed_length(self.committed) + self.relation(one, one).proof_bytes

    def relation(self, s: Words, t: Words) -> Relation:
        """D = C^k_x (1 + N_0)^k_y rho^N_0, X, Y, S = s^k_x t^m and T = s^k_y t^mu, where D is shifted."""
        theirs, own, n_hat = self.c.group, self.y.group, self.to.modulus
        c = theirs.form.out_of(self.c.words.reshape(-1, theirs.ciphertexts.limbs))
        d = theirs.form.out_of(_shifted_product(self.c, self.d.words, self.bits))
        by_s, by_t, one_plus = Number(self.to.s), Number(self.to.t), OnePlus(own.messages)
        of_x, bits, units = self._row_of_x()
        rows = (
            Powers(theirs.ciphertexts, d, ((Number(c), 0), (OnePlus(theirs.messages), 1)), 0),
            of_x,
            Powers(own.ciphertexts, shifted(self.y, self.bits[1]), ((one_plus, 1),), len(units) + 1),
            Powers(n_hat, s, ((by_s, 0), (by_t, 2))),
            Powers(n_hat, t, ((by_s, 1), (by_t, 3))),
        )
        lengths = (*self.bits, *[self.blinding_bits] * 2, *bits)
        return Relation("affine", lengths, rows, (theirs.messages, *units, own.messages), self.strength)

    def _row_of_x(self) -> tuple[Row, tuple[int, ...], tuple[Modulus, ...]]:
        """What X is, the bits of r if it has one, and the modulus of its randomiser."""
        if isinstance(self.x, InGroup):
            columns = (0, 4) if self.x.blinded else (0,)
            row = committed_row(self.x.points, self.bits[0], columns)
            return row, (row.points.group.order.bits,) * (len(columns) - 1), ()
        own = self.x.group
        image = shifted(self.x, self.bits[0])
        return Powers(own.ciphertexts, image, ((OnePlus(own.messages), 0),), 1), (), (own.messages,)


@dataclass(frozen=True, slots=True)
class Computed:
    """d, and the secret rho (count, limbs) of who computed it."""

    d: Ciphertexts
    randomisers: Words = field(repr=False)


def compute_to_prove(
    c: Ciphertexts, x: Encrypted | Committed, y: Encrypted, source: RandomBytes = os.urandom
) -> Computed:
    """x c + y, elementwise, for a secret x that this party encrypted or committed to, a y that it encrypted under its
    own key, and a rho that is kept.

    The bound of d is that of the honest result. LocalError `paillier-overflow`, `wrong-statement`.
    """
    group, scales = require_s_one(c.group), (x.scale, y.scale)
    if not c.shape == x.shape == y.shape:
        raise unfit("c, x and y are of one shape", "give three such arrays")
    bits_x, bits_y = (range_bits(scale) for scale in scales)
    rho = group.messages.random_units(c.size, source)
    flat = c.words.reshape(-1, group.ciphertexts.limbs)
    power = group.form.power(flat, x.numbers, bits=bits_x)
    plain = group.powers_of_g(resized(y.numbers, group.messages.limbs))
    hidden = group.form.into(group.ciphertexts.power_var(resized(rho, group.ciphertexts.limbs), group.n))
    one = np.broadcast_to(group.form.one, flat.shape)
    shift = group.form.inverse(_shifted_product(c, one, (bits_x, bits_y)))
    words = group.form.mul(group.form.mul(group.form.mul(power, plain), hidden), shift)
    scale = Scale(c.scale.fractional_bits, scales[0].bound * c.scale.bound + scales[1].bound)
    return Computed(Ciphertexts(c.encryption, words.reshape(c.words.shape), scale, fresh=True), rho)


def prove_affine(
    setting: Setting,
    statement: Affine,
    computed: Computed,
    x: Encrypted | Committed,
    y: Encrypted,
    source: RandomBytes = os.urandom,
) -> Bytes:
    """A proof by who computed d from encryptions of its own. LocalError `wrong-witness` where the secrets do not fit.

    `source` gives uniform bytes that serve for nothing else.
    """
    blindings = [random_numbers(statement.c.size, statement.blinding_bits, source) for _ in range(2)]
    numbers = [x.numbers, y.numbers]
    s, t = (
        statement.to.commit(k, bits, mu, statement.blinding_bits)
        for k, bits, mu in zip(numbers, statement.bits, blindings, strict=True)
    )
    of_x = [x.randomisers] if isinstance(x, Encrypted) else []
    opening = [x.blindings.words] if isinstance(x, Committed) and x.blindings is not None else []
    units = [computed.randomisers, *of_x, y.randomisers]
    secrets = [*numbers, *blindings, *opening]
    return with_committed([s, t], prove_relation(setting, statement.relation(s, t), secrets, units, source))


def verify_affine(setting: Setting, statement: Affine, proof: Proof) -> None:
    """Raise unless `proof`, any bytes whatever, proves the statement in this setting. Errors as `verify_relation`."""
    (s, t), rest = committed_parts(setting, proof, statement.committed, statement.proof_bytes)
    verify_relation(setting, statement.relation(s, t), rest)


def _shifted_product(c: Ciphertexts, words: Words, bits: tuple[int, int]) -> Words:
    """words C^(2^(b_x - 1)) (1 + N)^(2^(b_y - 1)) in the form, (count, limbs)."""
    group = c.group
    flat = c.words.reshape(-1, group.ciphertexts.limbs)
    power = group.form.power_var(flat, 1 << bits[0] - 1)
    plain = group.powers_of_g(from_ints([1 << bits[1] - 1], group.messages.limbs))
    return group.form.mul(group.form.mul(power, plain), words.reshape(flat.shape))
