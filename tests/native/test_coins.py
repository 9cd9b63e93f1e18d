"""Kernels of coins: every implementation against the comparison of two numbers."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pytest
from kernel_cases import at_every, with_kernels_of_their_own

import native
from native import WORDS, BrokenContract, Pointer, ffi, lib

Words = npt.NDArray[np.uint64]

LINE = lib.PARLEY_COIN_WORDS
EDGES = [0, 1, 2**63, 2**63 - 1, 2**64 - 1]


@pytest.fixture(params=with_kernels_of_their_own("coins"), autouse=True)
def implementation(request: pytest.FixtureRequest) -> Iterator[str]:
    with native.using(request.param):
        yield request.param


def p(x: Words) -> Pointer:
    return ffi.from_buffer(WORDS, x)


def toss(probabilities: Words, tape: Words) -> tuple[Words, Words]:
    coins, groups, depth, _ = tape.shape
    out, tied = np.full((2, coins, groups, LINE), 7, np.uint64)
    lib.parley_coins(p(out), p(tied), p(probabilities), p(tape), coins, depth, groups)
    return out, tied


def numbers_on(tape: Words) -> npt.NDArray[np.object_]:
    """The fractions that the lanes of one coin's group draw, as whole numbers of `depth` bits."""
    digits = np.unpackbits(tape.view(np.uint8), axis=-1, bitorder="little")
    return sum(row.astype(object) << place for place, row in enumerate(digits[::-1]))


@at_every("depth", [1, 2, 7, 63, 64])
@pytest.mark.parametrize(("coins", "groups"), [(0, 1), (1, 0), (1, 1), (5, 1), (3, 4)])
def test_a_coin_is_a_comparison_of_fractions(coins: int, groups: int, depth: int) -> None:
    rng = np.random.default_rng([coins, groups, depth])
    tape = rng.integers(0, 2**64, (coins, groups, depth, LINE), np.uint64)
    probabilities = np.concatenate([np.array(EDGES, np.uint64), rng.integers(0, 2**64, coins, np.uint64)])
    probabilities = rng.permuted(probabilities)[:coins]
    out, tied = toss(probabilities, tape)
    for c, g in np.ndindex(coins, groups):
        drawn, wanted = numbers_on(tape[c, g]), int(probabilities[c]) >> 64 - depth
        lanes = [np.unpackbits(x[c, g].view(np.uint8), bitorder="little") for x in (out, tied)]
        assert lanes[0].tolist() == (drawn < wanted).astype(int).tolist()
        assert lanes[1].tolist() == (drawn == wanted).astype(int).tolist()


@pytest.mark.parametrize("probability", range(16))
def test_every_tape_of_four_digits(probability: int) -> None:
    """The 16 tapes in 16 lanes: as many coins fall on one as the probability says."""
    tape = np.zeros((1, 1, 4, LINE), np.uint64)
    for digit in range(4):
        tape[0, 0, digit, 0] = sum(1 << lane for lane in range(16) if lane >> (3 - digit) & 1)
    out, tied = toss(np.array([probability << 60], np.uint64), tape)
    assert (int(out[0, 0, 0]) & 0xFFFF).bit_count() == probability
    assert int(tied[0, 0, 0]) & 0xFFFF == 1 << probability


def test_what_the_contracts_exclude_is_refused() -> None:
    x = np.zeros(1024, np.uint64)
    refused = [
        lambda: lib.parley_coins(p(x), p(x[8:]), p(x[16:]), p(x[32:]), 1, 0, 1),
        lambda: lib.parley_coins(p(x), p(x[8:]), p(x[16:]), p(x[32:]), 1, 65, 1),
        lambda: lib.parley_coins(p(x), p(x[7:]), p(x[16:]), p(x[32:]), 1, 1, 1),
        lambda: lib.parley_coins(p(x[39:]), p(x[8:]), p(x[16:]), p(x[32:]), 1, 2, 1),
        lambda: lib.parley_coins(p(x), p(x[31:]), p(x[7:]), p(x[60:]), 1, 1, 1),
    ]
    for call in refused:
        with pytest.raises(BrokenContract):
            call()
