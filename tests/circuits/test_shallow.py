"""Circuits that are written shallow compute the same, and are as shallow as they say."""

from __future__ import annotations

import numpy as np
import pytest
from circuit_cases import agree, all_operations, meaning, of_two, run

from mpc.errors import LocalError
from protocols.circuits.choosing import population_count, sorted_values, square_root, sum_of, wide_product
from protocols.circuits.function import circuit
from protocols.circuits.kinds import Float32, Int, UInt
from protocols.circuits.library import fixed_point as fp
from protocols.circuits.library import sha256_block
from protocols.circuits.shallow import is_wanted, shallow


def shallow_of_two(function, kind):
    with shallow():
        return of_two(function, kind)


@pytest.mark.parametrize("width", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("kind", [UInt, Int])
def test_all_pairs(kind, width):
    low, high = kind(width).bounds
    pairs = [(x, y) for x in range(low, high + 1) for y in range(low, high + 1)]
    xs, ys = zip(*pairs, strict=True)
    agree(shallow_of_two(all_operations, kind(width)), xs, ys, meaning(kind(width)))


def further(x, y):
    return {
        "wide": wide_product(x, y), "root": square_root(x), "ones": population_count(x), "sine": fp.sine(x, 20),
        "exp": fp.exp(x - y, 20, UInt(70)), "quotient": fp.quotient(x, y, 5, Int(30)),
        "sum": sum_of([x, y, 5, x ^ y, x & y, 2**40 - 1]), "least": sorted_values([x, y, x ^ y])[0],
    }  # fmt: skip


def test_wide_numbers():
    rng = np.random.default_rng(3)
    edges = [0, 1, 2**40 - 1, 2**20]
    x, y = ([int(v) for v in rng.integers(0, 2**40, 60)] + order for order in (edges, edges[::-1]))
    for function in (all_operations, further):
        one, other = of_two(function, UInt(40)), shallow_of_two(function, UInt(40))
        assert run(one, x=x, y=y) == run(other, x=x, y=y)


def test_floats():
    rng = np.random.default_rng(4)
    x, y = (rng.integers(0, 2**32, 128, np.uint64).astype(np.uint32).view(np.float32).tolist() for _ in range(2))
    y[:32] = [-v for v in x[:16]] + [v * 1.5 for v in x[16:32]]
    one, other = of_two(arithmetic, Float32), shallow_of_two(arithmetic, Float32)
    assert repr(run(one, x=x, y=y)) == repr(run(other, x=x, y=y))


def arithmetic(x, y):
    return {"sum": x + y, "product": x * y, "quotient": x / y, "root": x.sqrt(), "less": x < y}


def test_depths():
    depths = {"add": (32, 5), "sub": (32, 6), "lt": (32, 6), "le": (32, 6), "neg": (32, 6), "mul": (32, 13)}
    for name, (width, depth) in depths.items():
        made = shallow_of_two(lambda x, y, name=name: all_operations(x, y)[name], UInt(width))
        assert made.and_depth <= depth, name
    assert shallow_of_two(lambda x, y: x * y, UInt(64)).and_depth <= 16
    assert shallow_of_two(lambda x, y: x * y, UInt(64)).ands <= 4350
    assert shallow_of_two(lambda x, y: x + y, Float32).and_depth <= 85
    assert circuit(x=UInt(64))(population_count).and_depth <= 10


def test_it_is_wanted_inside_alone():
    def half(x, y):
        with shallow():
            inside = x + y
        return inside, x - y

    assert of_two(half, UInt(16)).and_depth == 15
    with pytest.raises(LocalError):
        shallow_of_two(lambda x, y: x + 1.5, UInt(3))
    assert not is_wanted()


def test_the_library_is_made_both_ways():
    with shallow():
        one = sha256_block()
    assert one.and_depth < sha256_block().and_depth / 2
    assert one is not sha256_block()
    with shallow():
        assert sha256_block() is one
    state, block = 12345 << 200, 67890 << 400
    assert run(one, state=state, block=block) == run(sha256_block(), state=state, block=block)
