"""Randomness from seeds: named, separate streams of AES in counter mode.

A seed never makes output itself. `derive` and `prg` hash it together with a domain (SHAKE-256), so that two
different domains give streams that look independent to whoever does not hold the seed.
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Callable
from functools import lru_cache
from hashlib import shake_256
from math import prod
from typing import Any, NoReturn, TypeAlias

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CTR

from mpc.algebra.accelerator import accelerator
from mpc.algebra.bits import words_for
from mpc.algebra.ring import U64, Shape, Words, as_words, contiguous, pointer
from mpc.errors import LocalError
from native import BYTES, Pointer, ffi, lib

DomainPart: TypeAlias = str | int | bytes | tuple[int, ...]

SEED_BYTES = 32
_DRAWS_AT_ONCE = 1 << 15
"""Draws of field elements are reduced while they are still in the cache."""


class Seed:
    """32 secret bytes. Shows nothing of them, compares in constant time, cannot be pickled or hashed."""

    __slots__ = ("_secret",)
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, secret: bytes) -> None:
        """`secret` must be 32 bytes, uniformly random to all who must not know the streams."""
        if not isinstance(secret, bytes) or len(secret) != SEED_BYTES:
            raise LocalError("wrong-seed", "a seed is 32 bytes of type bytes", "use Seed.fresh() for a new one")
        self._secret = secret

    @classmethod
    def fresh(cls) -> Seed:
        """A new seed from the operating system."""
        return cls(os.urandom(SEED_BYTES))

    @property
    def secret(self) -> bytes:
        """The 32 bytes, for sending the seed to a party that may hold it."""
        return self._secret

    def derive(self, *domain: DomainPart) -> Seed:
        """The seed of a domain. Different domains, and streams of any domain, have nothing to do with it.

        A domain is any sequence of strings, integers, bytes and tuples of integers; sequences that differ in value,
        type or division are different domains. Other types raise LocalError `wrong-domain`.
        """
        return Seed(self._hash(b"seed", domain, SEED_BYTES))

    def prg(self, *domain: DomainPart, more: Encoded | None = None) -> Prg:
        """The stream of a domain, at its beginning. `more`: its last parts, where they were encoded before."""
        return Prg(self._hash(b"prg.", domain, 16, more))

    def _hash(self, use: bytes, domain: tuple[DomainPart, ...], length: int, more: Encoded | None = None) -> bytes:
        return shake_256(b"parley1:" + use + self._secret + encode_domain(domain, more)).digest(length)

    def __eq__(self, other: object) -> bool:
        return hmac.compare_digest(self._secret, other._secret) if isinstance(other, Seed) else NotImplemented

    def __repr__(self) -> str:
        return "Seed(...)"

    def __reduce__(self) -> NoReturn:
        raise LocalError("wrong-seed", "a seed cannot be pickled", "send `seed.secret` over an encrypted channel")


class Prg:
    """A stream of pseudorandom bytes: AES-CTR, counter from zero. Made by `Seed.prg`; not for two threads at once.

    Each call continues where the last one ended, to the byte: the stream does not depend on how it is divided.
    """

    __slots__ = ("_key", "_position", "_round_keys")

    def __init__(self, key: bytes) -> None:
        """`key`: 16 secret bytes (AES-128) or 32 (AES-256), for one stream only."""
        if not isinstance(key, bytes) or len(key) not in (16, 32):
            raise LocalError("wrong-seed", "the key of a stream is 16 or 32 bytes", "use Seed.prg")
        self._key = key
        self._position = 0
        self._round_keys: bytearray | None = None

    def words(self, shape: Shape) -> Words:
        """Uniform words of any shape; to be reduced by the caller in a ring of fewer than 64 bits."""
        out = np.empty(shape, U64)
        self._fill(ffi.from_buffer(BYTES, out), out.nbytes)
        return out

    @property
    def of_kernels(self) -> bool:
        """Whether a kernel can draw what comes next: the key is of AES-128, and nothing of a block is taken."""
        return len(self._key) == 16 and self._position % 16 == 0

    def left_to_kernel(self, words: int) -> tuple[Pointer, int]:
        """The key and the block from which a kernel draws the next words, which are taken by that."""
        block = self._position // 16
        self._position += 8 * words
        return ffi.from_buffer(BYTES, self._key), block

    def packed(self, planes: int, count: int) -> Words:
        """Uniform packed bits, `planes` rows of `count`: (planes, words_for(count)), padding bits zero."""
        out = self.words((planes, words_for(count)))
        if count % 64:
            out[:, -1] &= np.uint64(2 ** (count % 64) - 1)
        return out

    def elements(self, p: int, shape: Shape) -> Words:
        """Uniform integers from 0 to p - 1, for a public p of 2 to 128 bits.

        They are words up to 64 bits and pairs of words above, shape (*shape, 2), lower word first. Each is the next
        draw of one or two words that is below p when cut to the bits of p; the others are thrown away, so the time
        taken tells how many were, and nothing about those kept. See docs/algorithms/aes.md.
        """
        if not 2 <= p < 2**128:
            raise LocalError("wrong-modulus", "the modulus of a field has 2 to 128 bits", "name another prime")
        dimensions, width = _dimensions(shape), 1 if p < 2**64 else 2
        out = np.empty((prod(dimensions), width), U64)
        filled = 0
        while filled < len(out):
            draws = out[filled : filled + _DRAWS_AT_ONCE]
            self._fill(ffi.from_buffer(BYTES, draws), draws.nbytes)
            filled += _keep_below(draws, p)
        return out.reshape(dimensions if width == 1 else (*dimensions, 2))

    def bytes(self, n: int) -> bytes:
        """The next n bytes."""
        out = bytearray(n)
        self._fill(ffi.from_buffer(BYTES, out), n)
        return bytes(out)

    def _expanded(self) -> bytearray:
        """The round keys, worked out when they are first used: a kernel that draws has its own."""
        of_128 = len(self._key) == 16
        self._round_keys = bytearray(176 if of_128 else 240)
        expand = lib.parley_aes_expand_key if of_128 else lib.parley_aes256_expand_key
        expand(ffi.from_buffer(BYTES, self._round_keys), ffi.from_buffer(BYTES, self._key))
        return self._round_keys

    def _fill(self, out: Pointer, length: int) -> None:
        block, skip = divmod(self._position, 16)
        self._position += length
        round_keys = self._round_keys or self._expanded()
        device = accelerator()
        if device is not None and device.aes_ctr(out, round_keys, block, skip, length):
            return
        if lib.parley_has_fast_aes():
            stream = lib.parley_aes_ctr if len(self._key) == 16 else lib.parley_aes256_ctr
            stream(out, ffi.from_buffer(BYTES, round_keys), 0, block, skip, length)
        else:
            ffi.memmove(out, _openssl_stream(self._key, block, skip, length), length)

    def __repr__(self) -> str:
        return "Prg(...)"

    def __reduce__(self) -> NoReturn:
        raise LocalError("wrong-seed", "a random stream cannot be pickled", "derive it from its seed where it is used")


def streams(keys: Words, shape: Shape, *, first: Words | int = 0) -> Words:
    """The streams of many AES-128 keys at once: (n, *shape) words for keys (n, 2), each row a key of two words.

    Row i is what `Prg` of the key's 16 bytes gives from block first[i] on; `first` may be one number for all. The keys
    are secret and uniformly random. Keys of another shape raise LocalError `wrong-labels`, counters that pass 2^64
    `wrong-counter`.
    """
    keys = contiguous(as_words(keys))
    if keys.ndim != 2 or keys.shape[1] != 2:
        raise LocalError("wrong-labels", f"keys are words of shape (n, 2), not {keys.shape}", "use keys.reshape(-1, 2)")
    dimensions = _dimensions(shape)
    n, size = len(keys), prod(dimensions)
    blocks = (size + 1) // 2
    out = np.empty((n, 2 * blocks), U64)
    counters = _counters(first, n, blocks)
    if lib.parley_has_fast_aes():
        to, of = ffi.from_buffer(BYTES, out), ffi.from_buffer(BYTES, keys)
        lib.parley_aes_streams(to, of, pointer(counters), n, blocks)
    else:
        for row, key, block in zip(out, keys, counters, strict=True):
            row[:] = np.frombuffer(_openssl_stream(key.tobytes(), int(block), 0, out.itemsize * len(row)), U64)
    return contiguous(out[:, :size]).reshape(n, *dimensions)


def _counters(first: Words | int, n: int, blocks: int) -> Words:
    """The first counter of each of n streams of `blocks` blocks."""
    if isinstance(first, int):
        inside = 0 <= first <= 2**64 - max(blocks, 1)
        counters = np.full(n, first if inside else 0, U64)
    else:
        counters = contiguous(as_words(first))
        inside = counters.shape == (n,) and (not n or int(counters.max()) <= 2**64 - max(blocks, 1))
    if not inside:
        raise LocalError("wrong-counter", "one counter for each stream, none past 2^64", "begin at 0")
    return counters


def _keep_below(draws: Words, p: int) -> int:
    """Moves the draws (n, 1 or 2), cut to the bits of p, that are below p to the front; returns how many."""
    n, width = draws.shape
    mask = 2 ** p.bit_length() - 1
    if width == 1:
        return lib.parley_keep_below_var(pointer(draws), pointer(draws), p, mask, n)
    limits, masks = (np.array([v % 2**64, v >> 64], U64) for v in (p, mask))
    return lib.parley_keep_pairs_below_var(pointer(draws), pointer(draws), pointer(limits), pointer(masks), n)


def _dimensions(shape: Shape) -> tuple[int, ...]:
    return (shape,) if isinstance(shape, int) else shape


def encode_domain(domain: tuple[DomainPart, ...], more: Encoded | None = None) -> bytes:
    """A domain as bytes, injectively: the number of parts, then for each its type, its length and its content."""
    count = len(domain) + (0 if more is None else more.count)
    parts = [_ENCODED.get(type(part), _encode_part)(part) for part in domain]
    return count.to_bytes(8, "little") + b"".join(parts) + (b"" if more is None else more.content)


class Encoded:
    """The last parts of many domains, encoded once for all of them."""

    __slots__ = ("content", "count")

    def __init__(self, *parts: DomainPart) -> None:
        self.content = b"".join([_encode_part(part) for part in parts])
        self.count = len(parts)


def _encode_part(part: DomainPart) -> bytes:
    if isinstance(part, str):
        return _encode_text(part)
    if isinstance(part, bytes):
        return b"b" + _measured(part)
    if isinstance(part, tuple):
        return _encode_numbers(part)
    return _encode_whole(part)


def _encode_whole(value: int) -> bytes:
    return b"i" + _encode_number(value)


@lru_cache(1 << 10)
def _encode_text(text: str) -> bytes:
    return b"s" + _measured(text.encode("utf-8", "surrogatepass"))


_latest: list[tuple[tuple[int, ...], bytes]] = [((), b"")]
"""The numbers that were encoded last, the very tuple: a call asks for several streams by its path."""


def _encode_numbers(numbers: tuple[int, ...]) -> bytes:
    latest, encoded = _latest[0]
    if latest is numbers and numbers:
        return encoded
    items = [_SHORT[v] if type(v) is int and 0 <= v < 128 else _encode_number(v) for v in numbers]
    encoded = b"t" + len(numbers).to_bytes(8, "little") + b"".join(items)
    _latest[0] = numbers, encoded
    return encoded


def _encode_number(value: int) -> bytes:
    if type(value) is int and 0 <= value < len(_SHORT):
        return _SHORT[value]
    if isinstance(value, bool) or not isinstance(value, int):
        raise _wrong_domain(value)
    return _encode_long(int(value))


@lru_cache(1 << 12)
def _encode_long(value: int) -> bytes:
    """Numbers of more bytes: places of what stands, which all that stands on it names again and again."""
    return _measured(value.to_bytes(value.bit_length() // 8 + 1, "little", signed=True))


def _measured(content: bytes) -> bytes:
    return len(content).to_bytes(8, "little") + content


_SHORT = tuple(_measured(bytes([value])) for value in range(128))
"""Numbers of one byte: most of those that paths and shapes are made of."""


_ENCODED: dict[type, Callable[[Any], bytes]] = {str: _encode_text, tuple: _encode_numbers, int: _encode_whole}
"""How the usual parts are encoded; of others, `_encode_part` finds out."""


def _wrong_domain(part: object) -> LocalError:
    return LocalError(
        "wrong-domain",
        f"a domain is made of str, int, bytes and tuples of int, got {type(part).__name__}",
        "name what the randomness is for, for example seed.prg('input mask', path)",
    )


def _openssl_stream(key: bytes, block: int, skip: int, length: int) -> bytes:
    """The same stream where the processor has no AES: OpenSSL's software AES is quick and free of secret indices."""
    encryptor = Cipher(AES(key), CTR(block.to_bytes(16, "big"))).encryptor()
    return encryptor.update(bytes(skip + length))[skip:]
