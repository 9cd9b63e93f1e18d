"""The proof system and circuits of Prio3 on Python's integers, one number after another: slow and obvious."""

from protocols.prio3.norms import BoundedL2, L1BoundSum
from protocols.prio3.range_checks import Bounded
from protocols.prio3.scalars import Count, Sum
from protocols.prio3.vectors import Histogram, MultihotCountVec, SumVec


def products(inputs):
    return sum(a * b for a, b in zip(inputs[::2], inputs[1::2], strict=True))


def gadgets_of(circuit):
    """Functions of a call's inputs in the order of messages."""
    if isinstance(circuit, Sum):
        return [lambda inputs: inputs[0] ** 2 - inputs[0]]
    if isinstance(circuit, BoundedL2):
        zero = circuit.zero
        return [products, lambda inputs: sum((y - zero) ** 2 for y in inputs)]
    return [products]


def evaluate(circuit, call, meas, joint_rand, shares):
    """The outputs; call(i, inputs) is gadget i, or stands for it."""
    p = circuit.field.p
    share = pow(shares, -1, p)
    if isinstance(circuit, Count):
        return [call(0, [meas[0], meas[0]]) - meas[0]]
    if isinstance(circuit, Sum):
        return [call(0, [b]) for b in meas]
    checked = bit_check(call, meas, joint_rand, circuit.check.chunk_length, share)
    if isinstance(circuit, SumVec):
        return [checked]
    if isinstance(circuit, Histogram):
        return [checked, sum(meas) - share]
    if isinstance(circuit, MultihotCountVec):
        n = circuit.output_len
        return [checked, sum(meas[:n]) - number(circuit.weight, meas[n:])]
    numbers = in_parts(meas[: circuit.output_len * circuit.number.bits], circuit.number.bits)
    values = [number(circuit.number, bits) for bits in numbers]
    rest = meas[circuit.output_len * circuit.number.bits :]
    if isinstance(circuit, L1BoundSum):
        return [checked, sum(values) - number(circuit.number, rest)]
    count = circuit.squares.gadget.count
    padded = values + [circuit.zero * share] * (-len(values) % count)
    return [checked, sum(call(1, part) for part in in_parts(padded, count)) - number(circuit.norm, rest)]


def bit_check(call, meas, joint_rand, chunk_length, share):
    padded = meas + [0] * (-len(meas) % chunk_length)
    total = 0
    for r, part in zip(joint_rand, in_parts(padded, chunk_length), strict=True):
        pairs = [(r ** (j + 1) * m, m - share) for j, m in enumerate(part)]
        total += call(0, [x for pair in pairs for x in pair])
    return total


def in_parts(values, size):
    return [values[i : i + size] for i in range(0, len(values), size)]


def number(bounded: Bounded, bits):
    return sum(w * b for w, b in zip(bounded.weights, bits, strict=True))


def interpolated(field, values, order, t):
    """At t, the polynomial with these values at the first powers of the root of that order."""
    p, w = field.p, field.root(order)
    points = [pow(w, k, p) for k in range(len(values))]
    total = 0
    for x, value in zip(points, values, strict=True):
        above = below = 1
        for other in points:
            if other != x:
                above, below = above * (t - other) % p, below * (x - other) % p
        total += value * above * pow(below, -1, p)
    return total % p


def wires_of(circuit, meas, joint_rand, shares, seeds, results):
    """Each gadget's wires, a list of p values for each input; and the outputs."""
    calls = [[list(own)] for own in seeds]

    def call(i, inputs):
        calls[i].append(inputs)
        return results(i, len(calls[i]) - 1, inputs)

    outputs = evaluate(circuit, call, meas, joint_rand, shares)
    padded = [rows + [[0] * g.arity] * (g.p - len(rows)) for g, rows in zip(circuit.gadgets, calls, strict=True)]
    return [list(zip(*rows, strict=True)) for rows in padded], outputs


def prove(circuit, meas, prove_rand, joint_rand):
    field, gadgets, rand = circuit.field, gadgets_of(circuit), list(prove_rand)
    seeds = [[rand.pop(0) for _ in range(g.arity)] for g in circuit.gadgets]
    wires, _ = wires_of(circuit, meas, joint_rand, 1, seeds, lambda i, _, inputs: gadgets[i](inputs))
    proof = []
    for g, gadget, own, rows in zip(circuit.gadgets, gadgets, seeds, wires, strict=True):
        w = field.root(2 * g.p)
        points = [pow(w, k, field.p) for k in range(2 * g.p - 1)]
        proof += own + [gadget([interpolated(field, row, g.p, t) for row in rows]) for t in points]
    return [x % field.p for x in proof]


def query(circuit, meas, proof, query_rand, joint_rand, shares):
    field, rest, rand = circuit.field, list(proof), list(query_rand)
    seeds, polynomials = [], []
    for g in circuit.gadgets:
        seeds.append([rest.pop(0) for _ in range(g.arity)])
        polynomials.append([rest.pop(0) for _ in range(2 * g.p - 1)])
    wires, outputs = wires_of(circuit, meas, joint_rand, shares, seeds, lambda i, k, _: polynomials[i][2 * k])
    weights = [rand.pop(0) for _ in outputs] if len(outputs) > 1 else [1]
    verifier = [sum(w * v for w, v in zip(weights, outputs, strict=True))]
    for g, rows, polynomial, t in zip(circuit.gadgets, wires, polynomials, rand, strict=True):
        verifier += [interpolated(field, row, g.p, t) for row in rows]
        verifier.append(interpolated(field, polynomial, 2 * g.p, t))
    return [x % field.p for x in verifier]
