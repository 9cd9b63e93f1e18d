"""QuickSilver for arithmetic circuits: what prover and verifier compute, each on its own.

Yang, Sarkar, Weng, Wang, CCS 2021 (eprint 2021/076), figure 4, and section 5 for sums of products. An element x is
authenticated by M = K + x Delta: the prover has x and M, the verifier K and Delta, as linear evaluations give them. For
a product, B = K_x K_y + K_z Delta is A_0 + A_1 Delta with A_0 = M_x M_y and A_1 = M_z - x M_y - y M_x.
docs/protocols/circuit_proofs.md has the protocol and why it is sound.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from mpc.algebra.field import PrimeField
from mpc.algebra.ring import U64, Words
from protocols.proofs.elements import Bilinear, Elements, Side
from protocols.proofs.relation import Part, RelationClaim
from protocols.vole.ends import FIELD
from protocols.vole.products import prove_products, verify_products

_WIDTH = 1 << 10
"""Terms are weighed by s^i r^j with i below it: the degree, and with it the chance of a false claim, stays small."""


class Proving:
    """The prover on its way. `inputs`: by name, its own elements, (instances, *shape), or (1, *shape) if shared."""

    def __init__(self, claim: RelationClaim, inputs: Mapping[str, Words]) -> None:
        self.claim, self.inputs = claim, inputs
        self.shared: dict[str, Elements] = {}
        self.sums = claim.prime.zeros(2)
        self.false = False

    def __repr__(self) -> str:
        return f"<proving {self.claim.relation.name}>"

    def look_ahead(self) -> None:
        """See whether the claim is false in any part, before anything is told: at which part a prover stops would say
        of which instances it holds."""
        claim, side = self.claim, ClearSide(self.claim.prime)
        for part in claim.parts():
            own = {name: Elements(side, (claim.of_part(values, part),)) for name, values in self.inputs.items()}
            claim.relation.run(_inputs(claim, part, side, own), shown=claim.shown)
        self.false |= side.false

    def told(self, part: Part, pairs: Words) -> tuple[Words, Words]:
        """The message of a part, and the terms that its challenge will weigh, (2, terms), by fresh evaluations."""
        claim, side = self.claim, ProverSide(self.claim.prime, part, pairs[part.first :])
        if part.first:
            mask = pairs[0]
            self.sums = np.stack([mask[1], claim.prime.neg(mask[0])])
            self.shared = {name: side.fresh(self.inputs[name]) for name in claim.secrets(shared=True)}
        own = {name: side.fresh(self.inputs[name][part.start : part.stop]) for name in claim.secrets(shared=False)}
        outputs = claim.relation.run(_inputs(claim, part, side, self.shared | own), shown=claim.shown)
        shown = [side.show(output) for output in outputs]
        self.false |= side.false
        return np.concatenate([side.corrections, *shown]), side.terms

    def weigh(self, terms: Words, challenge: Words) -> None:
        """Add up a part's terms, each times a product of powers of its challenge."""
        self.sums = self.claim.prime.add(self.sums, np.stack([_weighed(self.claim.prime, x, challenge) for x in terms]))


class Verifying:
    """The verifier on its way."""

    def __init__(self, claim: RelationClaim, delta: Words) -> None:
        self.claim, self.delta = claim, delta
        self.shared: dict[str, Elements] = {}
        self.sum = claim.prime.zeros(())
        self.shown: list[list[Words]] = []

    def __repr__(self) -> str:
        return f"<verifying {self.claim.relation.name}>"

    def take(self, part: Part, keys: Words, message: Words, challenge: Words) -> None:
        """Add up B of a part's terms, each times a product of powers of its challenge."""
        claim, prime, told = self.claim, self.claim.prime, message[: part.told]
        corrected = prime.sub(keys[part.first :], prime.mul(told, self.delta))
        side = VerifierSide(prime, part, self.delta, corrected, message[part.told :])
        if part.first:
            self.sum = keys[0]
            self.shared = {name: side.fresh((1, *claim.relation.inputs[name])) for name in claim.secrets(shared=True)}
        count = part.stop - part.start
        own = {name: side.fresh((count, *claim.relation.inputs[name])) for name in claim.secrets(shared=False)}
        outputs = claim.relation.run(_inputs(claim, part, side, self.shared | own), shown=claim.shown)
        self.shown.append([side.show(output) for output in outputs])
        self.weigh(side.terms, challenge)

    def weigh(self, terms: Words, challenge: Words) -> None:
        """Add up B of terms, each times a product of powers of its challenge."""
        self.sum = self.claim.prime.add(self.sum, _weighed(self.claim.prime, terms, challenge))

    def holds(self, sums: Words) -> bool:
        """Whether B = A_0 + A_1 Delta, of what the prover says of its sums."""
        return bool(self.claim.prime.mul_add(sums[0], sums[1], self.delta) == self.sum)

    def outputs(self) -> list[Words]:
        """What is shown: (instances, *shape), (1, *shape) of what is one for all. Zeros where nothing was taken."""
        claim, alike = self.claim, self.claim.counted.alike
        if not self.shown:
            shapes = zip(alike, claim.counted.outputs, strict=True)
            return [claim.prime.zeros((1 if is_one else claim.instances, *shape)) for is_one, shape in shapes]
        of_each = zip(alike, zip(*self.shown, strict=True), strict=True)
        return [parts[0] if is_one else np.concatenate(parts) for is_one, parts in of_each] if claim.shown else []


@dataclass(slots=True, eq=False)
class ClearSide:
    """Elements are (x,), the prover's own: it sees what of a claim is false, and tells nothing."""

    prime: PrimeField
    false: bool = field(init=False, default=False, repr=False)

    def constant(self, values: Words) -> tuple[Words, ...]:
        """Themselves."""
        return (values,)

    def product(self, multiply: Bilinear, x: Elements, y: Elements) -> Elements:
        """As `Side`."""
        return Elements(self, (multiply(self.prime, x.parts[0], y.parts[0]),))

    def bits(self, x: Elements, count: int) -> Elements:
        """As `Side`."""
        return Elements(self, (_bits(x.parts[0], count),))

    def require(self, multiply: Bilinear, x: Elements, y: Elements, z: Elements) -> None:
        """As `Side`; x y = z is what the caller sees to."""

    def zero(self, x: Elements) -> None:
        """As `Side`."""
        self.false |= bool(x.parts[0].any())


@dataclass(slots=True, eq=False)
class ProverSide:
    """Elements are (x, M). `pairs`: (told, 2), random x and M, in the order in which they are used."""

    prime: PrimeField
    part: Part
    pairs: Words = field(repr=False)
    corrections: Words = field(init=False, repr=False)
    terms: Words = field(init=False, repr=False)
    false: bool = field(init=False, default=False, repr=False)
    used: int = field(init=False, default=0)
    filled: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        self.corrections, self.terms = np.empty(self.part.told, U64), np.zeros((2, self.part.terms), U64)

    def fresh(self, values: Words) -> Elements:
        """Authenticate values (instances, *shape): x less the random one is told."""
        here = _next(self.used, values.size)
        self.used = here.stop
        random, m = self.pairs[here, 0], self.pairs[here, 1]
        self.corrections[here] = self.prime.sub(values.reshape(-1), random)
        return Elements(self, (values, m.reshape(values.shape)))

    def constant(self, values: Words) -> tuple[Words, ...]:
        """M is 0."""
        return values, np.zeros_like(values)

    def product(self, multiply: Bilinear, x: Elements, y: Elements) -> Elements:
        """As `Side`."""
        if multiply is PrimeField.mul and self.prime == FIELD:
            return self._multiplied(x, y)
        z = self.fresh(multiply(self.prime, x.parts[0], y.parts[0]))
        self.require(multiply, x, y, z)
        return z

    def _multiplied(self, x: Elements, y: Elements) -> Elements:
        """The same in one pass."""
        a, m_a, b, m_b = np.broadcast_arrays(*x.parts, *y.parts)
        used, filled = _next(self.used, a.size), _next(self.filled, a.size)
        self.used, self.filled = used.stop, filled.stop
        places = self.corrections[used], self.terms[0, filled], self.terms[1, filled]
        return Elements(self, prove_products(a, m_a, b, m_b, self.pairs[used], *places))

    def bits(self, x: Elements, count: int) -> Elements:
        """As `Side`."""
        return self.fresh(_bits(x.parts[0], count))

    def require(self, multiply: Bilinear, x: Elements, y: Elements, z: Elements) -> None:
        """As `Side`; x y = z is what the caller sees to."""
        (x_value, x_m), (y_value, y_m) = x.parts, y.parts
        cross = self.prime.add(multiply(self.prime, x_value, y_m), multiply(self.prime, x_m, y_value))
        self._term(self.prime.sub(z.parts[1], cross), multiply(self.prime, x_m, y_m))

    def zero(self, x: Elements) -> None:
        """As `Side`; B = K Delta is M Delta, so that A_0 is 0."""
        self.false |= bool(x.parts[0].any())
        self._term(x.parts[1])

    def show(self, x: Elements) -> Words:
        """Tell elements, which are proved to be these."""
        self._term(x.parts[1])
        return x.parts[0].reshape(-1)

    def _term(self, first: Words, constant: Words | None = None) -> None:
        here = _next(self.filled, first.size)
        self.filled = here.stop
        self.terms[1, here] = first.reshape(-1)
        if constant is not None:
            self.terms[0, here] = constant.reshape(-1)


@dataclass(slots=True, eq=False)
class VerifierSide:
    """Elements are (K,). `keys`: (told,), corrected by what was told; `told`: elements that are shown."""

    prime: PrimeField
    part: Part
    delta: Words = field(repr=False)
    keys: Words = field(repr=False)
    told: Words = field(repr=False)
    terms: Words = field(init=False, repr=False)
    used: int = field(init=False, default=0)
    filled: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        self.terms = np.empty(self.part.terms, U64)

    def fresh(self, shape: tuple[int, ...]) -> Elements:
        """The next authenticated elements, (instances, *shape)."""
        size = int(np.prod(shape))
        keys, self.used = self.keys[self.used : self.used + size], self.used + size
        return Elements(self, (keys.reshape(shape),))

    def constant(self, values: Words) -> tuple[Words, ...]:
        """K is -c Delta."""
        return (self.prime.neg(self.prime.mul(values, self.delta)),)

    def product(self, multiply: Bilinear, x: Elements, y: Elements) -> Elements:
        """As `Side`."""
        if multiply is PrimeField.mul and self.prime == FIELD:
            return self._multiplied(x, y)
        product = multiply(self.prime, x.parts[0], y.parts[0])
        z = self.fresh(product.shape)
        self._term(self.prime.add(product, self.prime.mul(z.parts[0], self.delta)))
        return z

    def _multiplied(self, x: Elements, y: Elements) -> Elements:
        """The same in one pass."""
        k_x, k_y = np.broadcast_arrays(x.parts[0], y.parts[0])
        z = self.fresh(k_x.shape)
        here = _next(self.filled, k_x.size)
        self.filled = here.stop
        verify_products(k_x, k_y, z.parts[0], self.delta, self.terms[here])
        return z

    def bits(self, x: Elements, count: int) -> Elements:
        """As `Side`."""
        return self.fresh((*x.parts[0].shape, count))

    def require(self, multiply: Bilinear, x: Elements, y: Elements, z: Elements) -> None:
        """As `Side`."""
        product = multiply(self.prime, x.parts[0], y.parts[0])
        self._term(self.prime.add(product, self.prime.mul(z.parts[0], self.delta)))

    def zero(self, x: Elements) -> None:
        """As `Side`."""
        self._term(self.prime.mul(x.parts[0], self.delta))

    def show(self, x: Elements) -> Words:
        """The next elements that are told, which these are claimed to be."""
        keys = x.parts[0]
        shown, self.told = self.told[: keys.size].reshape(keys.shape), self.told[keys.size :]
        self.zero(Elements(self, (self.prime.sub(keys, *self.constant(shown)),)))
        return shown

    def _term(self, values: Words) -> None:
        here = _next(self.filled, values.size)
        self.filled = here.stop
        self.terms[here] = values.reshape(-1)


def _next(at: int, count: int) -> slice:
    return slice(at, at + count)


def _bits(x: Words, count: int) -> Words:
    return x[..., None] >> np.arange(count, dtype=U64) & np.uint64(1)


def _inputs(claim: RelationClaim, part: Part, side: Side, secret: Mapping[str, Elements]) -> dict[str, Elements]:
    """All inputs by name; shared ones of an earlier part go on with this one's side."""
    inputs = {name: Elements(side, x.parts) for name, x in secret.items()}
    for name, values in claim.public.items():
        inputs[name] = Elements(side, side.constant(claim.of_part(values, part)))
    return inputs


def _weighed(prime: PrimeField, terms: Words, challenge: Words) -> Words:
    """The sum of s^i r^(j + 1) times term number 1024 j + i."""
    s, r = challenge
    within, whole = prime.powers(np.asarray(s), _WIDTH), len(terms) // _WIDTH * _WIDTH
    rows = prime.matmul(terms[:whole].reshape(-1, _WIDTH), within)
    rest = prime.matmul(terms[whole:], within[: len(terms) - whole])
    rows = np.append(rows, rest)
    return prime.matmul(prime.powers(np.asarray(r), len(rows) + 1)[1:], rows)
