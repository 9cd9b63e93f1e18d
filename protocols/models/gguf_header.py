"""Whether the header of a GGUF file lies within the file: every length is held against what is left of it.

The format's own library reads what is here taken for sound; it would believe a length of 2^60. GGUF, version 3:
https://github.com/ggml-org/ggml/blob/master/docs/gguf.md, section "File Structure".
"""

from __future__ import annotations

import mmap
from dataclasses import dataclass
from pathlib import Path
from struct import unpack_from

from protocols.models.refusals import unreadable

MAGIC = b"GGUF"
MOST_TENSORS = 1 << 14
MOST_FIELDS = 1 << 12
MOST_PLACES = 1 << 22
"""Of all arrays of the header together: vocabularies with their merges have a few hundred thousand."""

_SIZES = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
_STRING, _ARRAY = 8, 9


def require_sound_header(path: Path) -> None:
    """LocalError `unreadable-model` for a file that is no GGUF, or whose header goes beyond its end."""
    try:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            _Walk(path.name, content).all()
    except (OSError, ValueError) as error:
        raise unreadable(path.name, f"as GGUF: {error}") from None


@dataclass(slots=True)
class _Walk:
    """The place in a file that is read next; nothing is kept of what is passed."""

    subject: str
    content: mmap.mmap
    at: int = 0
    places: int = 0

    def all(self) -> None:
        if self._skip(4) != MAGIC:
            raise unreadable(self.subject, "it does not begin as GGUF files do")
        version, tensors, fields = self._number("<I"), self._number("<Q"), self._number("<Q")
        if version not in (2, 3):
            raise unreadable(self.subject, f"GGUF of version {version}, and 2 and 3 are known")
        if tensors > MOST_TENSORS or fields > MOST_FIELDS:
            raise unreadable(self.subject, f"it claims {tensors:,} tensors and {fields:,} fields")
        for _ in range(fields):
            self._string()
            self._value(self._number("<I"))
        for _ in range(tensors):
            self._tensor()

    def _value(self, kind: int) -> None:
        if kind == _STRING:
            self._string()
        elif kind == _ARRAY:
            self._array(self._number("<I"), self._number("<Q"))
        elif kind in _SIZES:
            self._skip(_SIZES[kind])
        else:
            raise unreadable(self.subject, f"a field of type {kind}, which GGUF has not")

    def _array(self, kind: int, count: int) -> None:
        self.places += count
        if self.places > MOST_PLACES:
            raise unreadable(self.subject, f"its arrays claim {self.places:,} places")
        if kind == _STRING:
            for _ in range(count):
                self._string()
        elif kind in _SIZES:
            self._skip(_SIZES[kind] * count)
        else:
            raise unreadable(self.subject, f"an array of type {kind}, which no vocabulary needs")

    def _tensor(self) -> None:
        self._string()
        dimensions = self._number("<I")
        if not 1 <= dimensions <= 4:
            raise unreadable(self.subject, f"a tensor of {dimensions} dimensions")
        for _ in range(dimensions):
            if not 1 <= self._number("<Q") <= 1 << 32:
                raise unreadable(self.subject, "a tensor of a length that no model has")
        self._number("<I")
        if self._number("<Q") >= len(self.content):
            raise unreadable(self.subject, "a tensor lies beyond the end: it is cut short")

    def _string(self) -> None:
        self._skip(self._number("<Q"))

    def _number(self, form: str) -> int:
        size = 4 if form == "<I" else 8
        number: int = unpack_from(form, self._skip(size))[0]
        return number

    def _skip(self, size: int) -> bytes:
        """What stands in the next bytes, of which at most the first 8 are handed out."""
        if size > len(self.content) - self.at:
            raise unreadable(self.subject, "its header goes beyond its end: it is cut short")
        found = self.content[self.at : self.at + min(size, 8)]
        self.at += size
        return found
