"""A key of which every party has a share: what is public of it, and what one party keeps."""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn, Self

import numpy as np

from mpc.algebra.group import Points, Scalars
from mpc.algebra.ristretto import RISTRETTO, generator
from mpc.errors import LocalError
from protocols.elgamal.keys import PublicKey
from protocols.homomorphic.key_files import read_fields, write_fields
from protocols.homomorphic.refusals import unpicklable

_SHARE, _VERSION = "parley elgamal key share", 1


class KeyShare:
    """Party `me`'s share s of a key x that nobody knows, so that any `threshold` + 1 parties decrypt together.

    `public`, the key, is for everybody. `images` (n,): s_j G of every party's share, by which its part of a decryption
    is verified. Shows nothing of s; cannot be pickled.
    """

    __slots__ = ("_s", "images", "me", "public", "threshold")
    kept_by = "`share.save(path)` keeps it in a file, encrypted"

    def __init__(self, public: PublicKey, images: Points, threshold: int, me: int, s: Scalars) -> None:
        """s: (), secret, the logarithm of images[me]."""
        self.public, self.images, self.threshold, self.me, self._s = public, images, threshold, me, s

    @property
    def n(self) -> int:
        """How many parties have shares."""
        return len(self.images)

    @property
    def secret_scalar(self) -> Scalars:
        """s, for decryption and its proof. Whoever sees threshold + 1 of these reads everything."""
        return self._s

    def save(self, path: str | Path, *, passphrase: str | None = None, key_file: str | Path | None = None) -> None:
        """Writes the share to a new file, encrypted under a passphrase or under a file that `new_key_file` made.

        LocalError as `write_secret` has them.
        """
        parts = {
            "key": self.public.encryption.key.to_bytes(),
            "images": self.images.to_bytes(),
            "s": self._s.to_bytes(),
        }
        fields = {"threshold": self.threshold, "me": self.me} | {name: part.tobytes() for name, part in parts.items()}
        write_fields(path, _SHARE, _VERSION, fields, passphrase=passphrase, key_file=key_file)

    @classmethod
    def load(cls, path: str | Path, *, passphrase: str | None = None, key_file: str | Path | None = None) -> Self:
        """The share that `save` wrote. LocalError as `read_secret` has them; `bad-key` of another version, or where
        share and image do not belong together."""
        fields = read_fields(path, _SHARE, _VERSION, passphrase=passphrase, key_file=key_file)
        size = RISTRETTO.encoding_bytes
        encodings = np.frombuffer(fields["key"] + fields["images"], np.uint8).reshape(-1, size)
        points, good = Points.from_bytes(RISTRETTO, encodings)
        s, below = Scalars.from_bytes(RISTRETTO.order, np.frombuffer(fields["s"], np.uint8))
        found = cls(PublicKey.of(points[0]), points[1:], fields["threshold"], fields["me"], s)
        if not good.all() or not below.all() or not (generator() * s).equals(found.images[found.me]):
            raise LocalError("bad-key", f"{path} is damaged", "restore it from a copy")
        return found

    def __repr__(self) -> str:
        return f"KeyShare({self.public!r}, party {self.me} of {self.n}, any {self.threshold + 1} decrypt, ...)"

    def __reduce__(self) -> NoReturn:
        raise unpicklable("a share of a key")
