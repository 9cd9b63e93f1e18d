"""What a part has computed, on its way from a worker to the party's own process: plain data, sealed.

A cluster moves and stores results as it likes: a scheduler sees them, memory spills to disks. So they are sealed for
the party itself, AES-256-GCM under a key that follows from its private key and the run: what is kept or read on the way
is noise. Nothing is pickled: numbers, texts, arrays of numbers, and parts of secrets.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import msgpack
import numpy as np
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from mpc.errors import LocalError
from mpc.prg import Seed
from protocols.array.carried import Carried
from protocols.ranges import Range

NONCE_BYTES = 12
DEEPEST = 50
NUMBERS = "biuf"
"""The kinds of numpy's types that are carried."""

_PLAIN = (bool, int, float, str, bytes, type(None))


def key_of_run(own: Seed, run: bytes) -> Seed:
    """The key of one run's results; `own` follows from the party's private key."""
    return own.derive("parts of a run", run)


def sealed(result: Any, key: Seed, part: int, attempt: int) -> bytes:
    """A result, which its party alone can open, at its own place. LocalError `part-result` for what is not carried."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key.secret).encrypt(
        nonce, msgpack.packb(_packed(result), unicode_errors="surrogatepass"), _place(part, attempt)
    )


def opened(parcel: bytes, key: Seed, part: int, attempt: int) -> Any:
    """What was sealed for this place. LocalError `part-damaged` for anything else."""
    try:
        content = AESGCM(key.secret).decrypt(parcel[:NONCE_BYTES], parcel[NONCE_BYTES:], _place(part, attempt))
    except (InvalidTag, ValueError):
        raise LocalError(
            "part-damaged",
            f"what the cluster gives as the result of part {part} is not what this party's worker sealed",
            "see that all workers have this party's own key; somebody else may write to the cluster",
        ) from None
    return _unpacked(msgpack.unpackb(content, strict_map_key=False, unicode_errors="surrogatepass"))


def _place(part: int, attempt: int) -> bytes:
    return f"part {part}, attempt {attempt}".encode()


def _packed(value: Any, depth: int = 0) -> Any:
    """A value as lists that begin with a letter for what they are."""
    if depth > DEEPEST:
        raise _not_carried("lists in lists without end")
    if isinstance(value, int) and not isinstance(value, bool):
        return ["n", hex(value)]
    if isinstance(value, _PLAIN):
        return ["=", value]
    if isinstance(value, Carried):
        return ["secret", _packed(list(value.public), depth + 1), _packed(value.own)]
    if isinstance(value, np.ma.MaskedArray):
        raise _not_carried("a masked array, whose mask would be lost,")
    if isinstance(value, np.generic):
        return ["scalar", _array(np.asarray(value))]
    if isinstance(value, np.ndarray):
        return _array(value)
    if isinstance(value, Mapping):
        return ["map", [[_packed(key), _packed(inner, depth + 1)] for key, inner in value.items()]]
    if isinstance(value, list | tuple):
        return ["list" if isinstance(value, list) else "tuple", [_packed(inner, depth + 1) for inner in value]]
    raise _not_carried(f"a value of type {type(value).__name__}")


def _array(value: np.ndarray[Any, Any]) -> list[Any]:
    if value.dtype.kind not in NUMBERS:
        raise _not_carried(f"an array of {value.dtype}")
    return ["array", value.dtype.newbyteorder("<").str, list(value.shape), _little(value).tobytes()]


def _little(value: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    return np.ascontiguousarray(value, value.dtype.newbyteorder("<"))


def _unpacked(packed: Any) -> Any:
    what, *rest = packed
    if what == "n":
        return int(rest[0], 16)
    if what == "=":
        return rest[0]
    if what == "secret":
        return _secret(*map(_unpacked, rest))
    if what == "array":
        dtype, shape, content = rest
        return np.frombuffer(content, np.dtype(dtype)).reshape(shape).copy()
    if what == "scalar":
        return _unpacked(rest[0])[()]
    if what == "map":
        return {_unpacked(key): _unpacked(value) for key, value in rest[0]}
    inner = [_unpacked(value) for value in rest[0]]
    return inner if what == "list" else tuple(inner)


def _secret(public: list[Any], words: Any) -> Carried:
    shape, kind, scale, bounds, decided, ring = public
    return Carried(shape, kind, scale, Range(*bounds), decided, ring, words)


def _not_carried(what: str) -> LocalError:
    return LocalError(
        "part-result",
        f"`main` returns {what} from a part, which is not carried to where parts are combined",
        "return secrets, numbers, texts, arrays of numbers, and lists, tuples and dicts of these",
    )
