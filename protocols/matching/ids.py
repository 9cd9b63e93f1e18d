"""A party's identifiers as a set: each once, in an order that follows from the values alone, and the way back to rows.

Identifiers are whole numbers, texts or bytes. Numbers are equal where their values are, whatever type holds them. Texts
are equal where their Unicode normal forms C are (so that an accented letter is one, however it was typed), and in
nothing else: case, spaces and leading zeros count. Bytes are taken as they are, so an array in which numpy may have
lost some is refused. A number never equals a text.

Each is encoded so that encodings are equal where identifiers are, and ascend with them: numbers by value, texts by code
points, bytes as bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from unicodedata import normalize

import numpy as np
import numpy.typing as npt

from mpc.algebra.named_rows import named_rows
from protocols.matching.refusals import wrong_ids

Rows = npt.NDArray[np.int64]

KINDS = ("whole numbers", "texts", "bytes")
"""What identifiers may be; what parties tell each other is the place in this list."""

_WORD, _SHIFT = 64, 127
_MOST_BYTES = 65_000
"""Of one identifier, encoded: the length of what is hashed has two bytes, and a bin may stand behind it."""


@dataclass(frozen=True, slots=True, repr=False)
class Ids:
    """`encoded`: each identifier once, ascending. `place` (rows,): which of them each of this party's rows has.

    `kind` is a place in KINDS, and public, as is how many there are; where there is none, it is None.
    """

    kind: int | None
    encoded: list[bytes] = field(repr=False)
    place: Rows = field(repr=False)

    def __len__(self) -> int:
        return len(self.encoded)

    def first_rows(self) -> Rows:
        """(identifiers,): the first row that has each."""
        first = np.empty(len(self.encoded), np.int64)
        first[self.place[::-1]] = np.arange(len(self.place))[::-1]
        return first

    def values(self, chosen: npt.NDArray[np.bool_]) -> npt.NDArray[Any]:
        """Those that are chosen (identifiers,), ascending: int64 where it holds them, else objects."""
        return decoded([one for one, wanted in zip(self.encoded, chosen, strict=True) if wanted])


def ids_of(given: Any, line: str | None) -> Ids:
    """The set of a one-dimensional array, list, or column of a table; rows that have the same identifier count once.

    LocalError `wrong-ids`: no column of whole numbers, texts or bytes; two kinds in one; a missing one; one that is too
    long. It names rows, never what stands in them.
    """
    if isinstance(given, str | bytes) or not np.iterable(given):
        raise wrong_ids(f"are one value of type {type(given).__name__}", "give a column, one for each row", line)
    if isinstance(given, np.ma.MaskedArray):
        raise wrong_ids("are a masked array, in which some may be missing", "give the others: ids.compressed()", line)
    array = np.asarray(given) if hasattr(given, "dtype") else _objects(list(given))
    if array.ndim != 1:
        raise wrong_ids(f"have shape {array.shape}", 'give one column, as mine["id"]', line)
    if array.dtype.kind in "iu":
        return _of_words(array)
    if array.dtype.kind in "fc":
        raise wrong_ids(
            "are numbers with fractions, as columns become where a row has none",
            "drop the rows without one, and make them whole: ids.astype('int64')",
            line,
        )
    if array.dtype.kind not in "OUS":
        raise wrong_ids(f"are of dtype {array.dtype}", "give whole numbers, texts or bytes", line)
    if array.dtype.kind == "S" and (np.char.str_len(array) < array.dtype.itemsize).any():
        raise wrong_ids(
            "are in an array of numpy's in which some end sooner than others, and zero bytes at an end are lost",
            "give a list of bytes as they are; of texts, texts: ids.astype(str)",
            line,
        )
    return _of_objects(array.astype(object), line)


def decoded(encoded: Sequence[bytes]) -> npt.NDArray[Any]:
    """What encodings stand for, of one kind."""
    values = [_decoded(one) for one in encoded]
    if all(type(value) is int and -(1 << 63) <= value < 1 << 63 for value in values):
        return np.array(values, np.int64)
    return _objects(values)


def _objects(values: list[Any]) -> npt.NDArray[Any]:
    """Numpy would make texts of a list that has some."""
    array = np.empty(len(values), object)
    array[:] = values
    return array


def _of_words(array: npt.NDArray[Any]) -> Ids:
    """Numbers of a machine's type: all at once."""
    values, place = np.unique(array, return_inverse=True)
    negative = values < 0
    pairs = np.empty((len(values), 2), ">u8")
    pairs[:, 0] = np.where(negative, np.uint64((1 << _WORD - 1) - 1), np.uint64(1 << _WORD - 1))
    pairs[:, 1] = values.astype(np.int64).view(np.uint64) if values.dtype.kind == "i" else values.astype(np.uint64)
    whole = pairs.tobytes()
    encoded = [b"n" + whole[i : i + 16] for i in range(0, len(whole), 16)]
    return Ids(0 if len(array) else None, encoded, place.reshape(-1).astype(np.int64))


def _of_objects(array: npt.NDArray[Any], line: str | None) -> Ids:
    kinds = np.array([_kind(value) for value in array], np.int64)
    if (kinds < 0).any():
        raise wrong_ids(
            "are missing, or neither whole numbers, texts nor bytes" + named_rows(kinds < 0),
            'leave those rows out, as table.dropna(subset=["id"])',
            line,
        )
    if len(array) and (kinds != kinds[0]).any():
        raise wrong_ids(
            f"are {KINDS[int(kinds.min())]} and {KINDS[int(kinds.max())]} in one column",
            "make them one kind, the same at all parties: 7 and '7' are never equal",
            line,
        )
    each = [_encoded(value) for value in array]
    long = np.array([len(one) > _MOST_BYTES for one in each], bool)
    if long.any():
        raise wrong_ids(
            f"are too long{named_rows(long)}", f"match by what has at most {_MOST_BYTES - 1} bytes in UTF-8", line
        )
    encoded = sorted(set(each))
    places = {one: i for i, one in enumerate(encoded)}
    return Ids(int(kinds[0]) if len(array) else None, encoded, np.array([places[one] for one in each], np.int64))


def _kind(value: Any) -> int:
    if isinstance(value, bool | np.bool_):
        return -1
    if isinstance(value, int | np.integer):
        return 0 if -(1 << _SHIFT) <= int(value) < 1 << _SHIFT else -1
    return 1 if isinstance(value, str) else 2 if isinstance(value, bytes) else -1


def _encoded(value: Any) -> bytes:
    if isinstance(value, str):
        return b"t" + normalize("NFC", value).encode("utf-8", "surrogatepass")
    if isinstance(value, bytes):
        return b"b" + value
    return b"n" + (int(value) + (1 << _SHIFT)).to_bytes(16, "big")


def _decoded(encoded: bytes) -> Any:
    kind, content = encoded[:1], encoded[1:]
    if kind == b"t":
        return content.decode("utf-8", "surrogatepass")
    return content if kind == b"b" else int.from_bytes(content, "big") - (1 << _SHIFT)
