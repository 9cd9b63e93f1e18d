"""Products of replicated shares under streams that the kernel draws: as Python's integers, whatever the block."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pytest
from Crypto.Cipher import AES
from kernel_arrays import M, guarded, ints, p, sample, untouched
from kernel_cases import at_every, with_kernels_of_their_own

import native
from native import ffi, lib

KEYS = [bytes([i] * 16) for i in (1, 2)]


def stream(key: bytes, block: int, n: int) -> npt.NDArray[np.uint64]:
    """Words of AES in counter mode from a block on."""
    cipher = AES.new(key, AES.MODE_CTR, nonce=b"", initial_value=block)
    return np.frombuffer(cipher.encrypt(bytes(8 * n)), np.uint64)


@pytest.fixture(params=with_kernels_of_their_own("ring", "bits", "aes"), autouse=True)
def implementation(request: pytest.FixtureRequest) -> Iterator[str]:
    with native.using(request.param):
        yield request.param


@at_every("n", [0, 1, 2, 7, 8, 9, 511, 512, 513, 1030])
@pytest.mark.parametrize("blocks", [(0, 0), (3, 1)])
def test_products_and_ands_under_two_streams(n: int, blocks: tuple[int, int]) -> None:
    operands, masks, drawn = [sample(n, i, offset=i % 3) for i in range(4)], [], []
    for key, block in zip(KEYS, blocks, strict=True):
        masks.append(ints(stream(key, block, n)))
        drawn += [p(np.frombuffer(key, np.uint8)), block]
    rows = list(zip(*map(ints, operands), *masks, strict=True))
    out, whole = guarded(n)
    lib.parley_replicated_product(p(out), *map(p, operands), *drawn, n)
    assert ints(out) == [(a * (c + d) + b * c + after - before) % M for a, b, c, d, before, after in rows]
    assert untouched(whole)
    lib.parley_replicated_and(p(out), *map(p, operands), *drawn, n)
    assert ints(out) == [a & (c ^ d) ^ b & c ^ after ^ before for a, b, c, d, before, after in rows]
    assert untouched(whole)
    lib.parley_replicated_and(p(operands[2]), *map(p, operands), *drawn, n)
    assert (operands[2] == out).all()


def test_where_there_is_no_key_nothing_is_added() -> None:
    n, (x, y) = 1030, (sample(1030, seed) for seed in (1, 2))
    out, key = np.empty(n, np.uint64), p(np.frombuffer(KEYS[0], np.uint8))
    mask = stream(KEYS[0], 0, n)
    for before, after, expected in (
        (ffi.NULL, ffi.NULL, x * y),
        (key, ffi.NULL, x * y - mask),
        (ffi.NULL, key, x * y + mask),
    ):
        lib.parley_replicated_product(p(out), p(x), p(0 * x), p(y), p(0 * y), before, 0, after, 0, n)
        assert (out == expected).all()
