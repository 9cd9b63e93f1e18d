"""Prio3 again, by the text of draft-irtf-cfrg-vdaf-18 alone: whole numbers and lists, nothing of the library's.

Sections 6 (fields, XofTurboShake128), 7.2 (Prio3), 7.3 (the proof system) and 7.4 (its types);
draft-ietf-ppm-l1-bound-sum-01 for the L1 bound. Polynomials are interpolated point by point.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from plain_turboshake import turboshake128

P64, P128 = 2**64 - 2**32 + 1, 2**128 - 7 * 2**66 + 1


def root(p, order):
    """The power of the generator of section 6.1 that has this order."""
    two_power, odd = (32, 2**32 - 1) if p == P64 else (66, 4611686018427387897)
    return pow(pow(7, odd, p), 2**two_power // order, p)


def absorbed(seed, dst, binder):
    return len(dst).to_bytes(2, "little") + dst + bytes([len(seed)]) + seed + binder


def seed_of(seed, dst, binder):
    return turboshake128(absorbed(seed, dst, binder), 32)


def elements_of(p, seed, dst, binder, count):
    size = 8 if p == P64 else 16
    data = turboshake128(absorbed(seed, dst, binder), size * (count + 8))
    drawn = [int.from_bytes(data[i : i + size], "little") for i in range(0, len(data), size)]
    kept = [x for x in drawn if x < p]
    assert len(kept) >= count
    return kept[:count]


@dataclass
class Plain:
    """A type: gadgets are (arity, function of its inputs, calls); evaluate takes call(gadget, inputs)."""

    algorithm: int
    p: int
    meas_len: int
    joint_rand_len: int
    outputs: int
    gadgets: list[tuple[int, Callable, int]]
    encode: Callable
    evaluate: Callable
    truncate: Callable
    shares: int = 2
    proofs: int = 1

    def points(self, calls):
        return 1 << calls.bit_length()

    @property
    def proof_len(self):
        return sum(arity + 2 * (self.points(calls) - 1) + 1 for arity, _, calls in self.gadgets)

    @property
    def query_len(self):
        return len(self.gadgets) + (self.outputs if self.outputs > 1 else 0)

    def dst(self, usage, ctx):
        return bytes([18, 0]) + self.algorithm.to_bytes(4, "big") + usage.to_bytes(2, "big") + ctx

    def drawn(self, seed, usage, ctx, binder, count):
        return elements_of(self.p, seed, self.dst(usage, ctx), binder, count) if count else []

    def packed(self, elements):
        return b"".join(x.to_bytes(8 if self.p == P64 else 16, "little") for x in elements)

    def unpacked(self, data):
        size = 8 if self.p == P64 else 16
        return [int.from_bytes(data[i : i + size], "little") for i in range(0, len(data), size)]

    def joint_part(self, agg_id, blind, meas, nonce, ctx):
        return seed_of(blind, self.dst(7, ctx), bytes([agg_id]) + nonce + self.packed(meas))

    def joint_seed(self, parts, ctx):
        return seed_of(bytes(32), self.dst(6, ctx), b"".join(parts))

    def helpers_share(self, agg_id, seed, ctx):
        meas = self.drawn(seed, 1, ctx, bytes([agg_id]), self.meas_len)
        return meas, self.drawn(seed, 2, ctx, bytes([self.proofs, agg_id]), self.proofs * self.proof_len)

    def shard(self, ctx, measurement, nonce, rand):
        meas, seeds = self.encode(measurement), [rand[i : i + 32] for i in range(0, len(rand), 32)]
        joint, helpers = self.joint_rand_len > 0, self.shares - 1
        own = [seeds[2 * i : 2 * i + 2] if joint else [seeds[i], b""] for i in range(helpers)]
        leaders_blind, prove_seed = (seeds[-2] if joint else b""), seeds[-1]
        given = [self.helpers_share(i + 1, seed, ctx) for i, (seed, _) in enumerate(own)]
        leader = [(x - sum(column)) % self.p for x, *column in zip(meas, *(m for m, _ in given), strict=True)]
        blinded = [(leaders_blind, leader), *((blind, m) for (_, blind), (m, _) in zip(own, given, strict=True))]
        parts = [self.joint_part(i, blind, m, nonce, ctx) for i, (blind, m) in enumerate(blinded)] if joint else []
        joint_rands = self.joint_rands(parts, ctx)
        arity = sum(gadget[0] for gadget in self.gadgets)
        prove_rands = self.drawn(prove_seed, 4, ctx, bytes([self.proofs]), self.proofs * arity)
        proofs = []
        for i in range(self.proofs):
            proofs += self.prove(meas, part(prove_rands, i, arity), part(joint_rands, i, self.joint_rand_len))
        proofs = [(x - sum(column)) % self.p for x, *column in zip(proofs, *(f for _, f in given), strict=True)]
        first = self.packed(leader) + self.packed(proofs) + leaders_blind
        return b"".join(parts), [first, *(seed + blind for seed, blind in own)]

    def joint_rands(self, parts, ctx):
        if not parts:
            return []
        return self.drawn(self.joint_seed(parts, ctx), 3, ctx, bytes([self.proofs]), self.proofs * self.joint_rand_len)

    def verify_init(self, verify_key, ctx, agg_id, nonce, public, share):
        """The output share, the seed of the joint randomness, and the verifier share as bytes."""
        joint = self.joint_rand_len > 0
        blind = share[-32:] if joint else b""
        if agg_id:
            meas, proofs = self.helpers_share(agg_id, share[:32], ctx)
        else:
            both = self.unpacked(share[: -32 if joint else None])
            meas, proofs = both[: self.meas_len], both[self.meas_len :]
        parts = [public[i : i + 32] for i in range(0, len(public), 32)]
        if joint:
            parts[agg_id] = self.joint_part(agg_id, blind, meas, nonce, ctx)
        joint_rands = self.joint_rands(parts, ctx)
        query = self.drawn(verify_key, 5, ctx, bytes([self.proofs]) + nonce, self.proofs * self.query_len)
        verifier = []
        for i in range(self.proofs):
            given = part(proofs, i, self.proof_len), part(query, i, self.query_len)
            verifier += self.query(meas, *given, part(joint_rands, i, self.joint_rand_len))
        told = self.packed(verifier) + (parts[agg_id] if joint else b"")
        return self.truncate(meas), (self.joint_seed(parts, ctx) if joint else b""), told

    def message(self, ctx, shares):
        """The message of the verifier shares, or None if a proof does not hold."""
        size = len(shares[0]) - (32 if self.joint_rand_len else 0)
        columns = zip(*(self.unpacked(share[:size]) for share in shares), strict=True)
        verifier, length = [sum(column) % self.p for column in columns], 1 + sum(g[0] + 1 for g in self.gadgets)
        if not all(self.decides(part(verifier, i, length)) for i in range(self.proofs)):
            return None
        return self.joint_seed([share[size:] for share in shares], ctx) if self.joint_rand_len else b""

    def prove(self, meas, prove_rand, joint_rand):
        wires, rand = [], list(prove_rand)
        for arity, _, calls in self.gadgets:
            wires.append(Wires([rand.pop(0) for _ in range(arity)], self.points(calls)))

        def call(i, inputs):
            wires[i].take(inputs)
            return self.gadgets[i][1](inputs) % self.p

        self.evaluate(meas, joint_rand, 1, call)
        proof = []
        for (_, gadget, calls), own in zip(self.gadgets, wires, strict=True):
            n = self.points(calls)
            w = root(self.p, 2 * n)
            values = [[at(self.p, row, pow(w, k, self.p)) for row in own.rows()] for k in range(2 * n - 1)]
            proof += own.seeds + [gadget(inputs) % self.p for inputs in values]
        return proof

    def query(self, meas, proof, query_rand, joint_rand):
        rest, rand, wires, polynomials = list(proof), list(query_rand), [], []
        for arity, _, calls in self.gadgets:
            n = self.points(calls)
            wires.append(Wires([rest.pop(0) for _ in range(arity)], n))
            values = [rest.pop(0) for _ in range(2 * n - 1)]
            polynomials.append(coefficients(self.p, values, root(self.p, 2 * n)))

        def call(i, inputs):
            wires[i].take(inputs)
            point = pow(root(self.p, wires[i].points), len(wires[i].calls), self.p)
            return horner(self.p, polynomials[i], point)

        out = self.evaluate(meas, joint_rand, self.shares, call)
        weights = [rand.pop(0) for _ in out] if len(out) > 1 else [1]
        verifier = [sum(w * v for w, v in zip(weights, out, strict=True)) % self.p]
        for own, polynomial, t in zip(wires, polynomials, rand, strict=True):
            assert pow(t, own.points, self.p) != 1
            verifier += [at(self.p, row, t) for row in own.rows()] + [horner(self.p, polynomial, t)]
        return verifier

    def decides(self, verifier):
        rest = list(verifier)
        if rest.pop(0):
            return False
        for arity, gadget, _ in self.gadgets:
            inputs = [rest.pop(0) for _ in range(arity)]
            if gadget(inputs) % self.p != rest.pop(0):
                return False
        return True


class Wires:
    """The inputs of a gadget's calls, a row for each wire, its seed first."""

    def __init__(self, seeds, points):
        self.seeds, self.points, self.calls = seeds, points, []

    def take(self, inputs):
        self.calls.append(inputs)

    def rows(self):
        padding = [0] * (self.points - 1 - len(self.calls))
        return [[seed, *(inputs[i] for inputs in self.calls), *padding] for i, seed in enumerate(self.seeds)]


def part(values, i, length):
    return values[i * length : (i + 1) * length]


def horner(p, polynomial, t):
    total = 0
    for c in reversed(polynomial):
        total = (total * t + c) % p
    return total


def coefficients(p, values, w):
    """Of the polynomial of degree below len(values) with these values at w^0, w^1, ..., by divided differences."""
    points = [pow(w, k, p) for k in range(len(values))]
    column, newton = list(values), []
    for step in range(len(values)):
        newton.append(column[0])
        column = [
            (b - a) * pow(points[i + step + 1] - points[i], -1, p) % p for i, (a, b) in enumerate(pairwise(column))
        ]
    polynomial = [0]
    for c, x in zip(reversed(newton), reversed(points), strict=True):
        shifted = [0, *polynomial]
        polynomial = [(s - x * q) % p for s, q in zip(shifted, [*polynomial, 0], strict=True)]
        polynomial[0] = (polynomial[0] + c) % p
    return polynomial[: len(values)]


def at(p, values, t):
    return horner(p, coefficients(p, values, root(p, len(values))), t)


def to_bits(value, most):
    """Section 7.4.2: the last bit counts what is left to the bound."""
    bits = most.bit_length()
    rest = 2 ** (bits - 1) - 1
    high = int(value > rest)
    low = value - high * (most - rest)
    return [low >> i & 1 for i in range(bits - 1)] + [high]


def of_bits(bits, most):
    last = most - (2 ** (len(bits) - 1) - 1)
    return sum(b << i for i, b in enumerate(bits[:-1])) + bits[-1] * last


def chunks(values, size):
    return [values[i : i + size] for i in range(0, len(values), size)]


def products(inputs):
    return sum(a * b for a, b in zip(inputs[::2], inputs[1::2], strict=True))


def bit_check(p, chunk, meas, joint_rand, shares, call):
    share, padded = pow(shares, -1, p), meas + [0] * (-len(meas) % chunk)
    return sum(
        call(0, [x for j, m in enumerate(ms) for x in (pow(r, j + 1, p) * m % p, (m - share) % p)])
        for r, ms in zip(joint_rand, chunks(padded, chunk), strict=True)
    )


def count(shares):
    def evaluate(meas, _, __, call):
        return [call(0, [meas[0], meas[0]]) - meas[0]]

    return Plain(1, P64, 1, 0, 1, [(2, products, 1)], lambda m: [m], evaluate, list, shares)


def sum_of_numbers(shares, most):
    bits = most.bit_length()

    def evaluate(meas, _, __, call):
        return [call(0, [b]) for b in meas]

    gadget = (1, lambda x: x[0] * x[0] - x[0], bits)
    truncate = lambda meas: [of_bits(meas, most) % P64]  # noqa: E731
    return Plain(2, P64, bits, 0, bits, [gadget], lambda m: to_bits(m, most), evaluate, truncate, shares)


def checked(algorithm, p, shares, proofs, length, chunk, encode, also, truncate):
    """The types whose bits are checked in chunks; `also`, if any, is what else must be zero."""
    calls = -(-length // chunk)

    def evaluate(meas, joint_rand, by, call):
        out = [bit_check(p, chunk, meas, joint_rand, by, call)]
        return out if also is None else [*out, also(meas, by)]

    outputs = 1 if also is None else 2
    gadgets = [(2 * chunk, products, calls)]
    cut = lambda meas: [x % p for x in truncate(meas)]  # noqa: E731
    return Plain(algorithm, p, length, calls, outputs, gadgets, encode, evaluate, cut, shares, proofs)


def sum_vec(shares, length, most, chunk, algorithm=3, p=P128, proofs=1):
    bits = most.bit_length()
    encode = lambda m: [b for x in m for b in to_bits(x, most)]  # noqa: E731
    truncate = lambda meas: [of_bits(part, most) for part in chunks(meas, bits)]  # noqa: E731
    return checked(algorithm, p, shares, proofs, length * bits, chunk, encode, None, truncate)


def with_multiproof(shares, proofs, length, most, chunk):
    return sum_vec(shares, length, most, chunk, 0xFFFFFFFF, P64, proofs)


def histogram(shares, length, chunk):
    also = lambda meas, by: sum(meas) - pow(by, -1, P128)  # noqa: E731
    encode = lambda m: [int(i == m) for i in range(length)]  # noqa: E731
    return checked(4, P128, shares, 1, length, chunk, encode, also, list)


def multihot(shares, length, most, chunk):
    encode = lambda m: [*map(int, m), *to_bits(sum(m), most)]  # noqa: E731
    also = lambda meas, _: sum(meas[:length]) - of_bits(meas[length:], most)  # noqa: E731
    total = length + most.bit_length()
    return checked(5, P128, shares, 1, total, chunk, encode, also, lambda meas: meas[:length])


def l1_bound(shares, length, most, chunk):
    bits = most.bit_length()
    encode = lambda m: [b for x in [*m, sum(m)] for b in to_bits(x, most)]  # noqa: E731
    numbers = lambda meas: [of_bits(part, most) for part in chunks(meas, bits)]  # noqa: E731
    also = lambda meas, _: sum(numbers(meas)[:length]) - numbers(meas)[length]  # noqa: E731
    truncate = lambda meas: numbers(meas)[:length]  # noqa: E731
    return checked(7, P128, shares, 1, (length + 1) * bits, chunk, encode, also, truncate)
