"""What nobody here can read: it has no truth value and does not compare."""

from __future__ import annotations

from typing import NoReturn

import numpy as np

from mpc.errors import LocalError

_INSTEAD = (
    "`+`, `-`, `*` and `@` with numbers, and `sum`; for all else decrypt them where they may be known, or share them: "
    "`mpc.secret_from_ciphertexts`"
)


class Sealed:
    """What has no truth value and does not compare, as nobody here knows it: LocalError `secret-truth`."""

    __slots__ = ()
    kept_by = "`to_bytes` gives what may be kept or sent"
    __hash__ = None  # type: ignore[assignment]

    def __bool__(self) -> NoReturn:
        raise LocalError(
            "secret-truth", "encrypted numbers have no truth value", "decrypt them where they may be known"
        )

    def __eq__(self, other: object) -> NoReturn:
        raise LocalError("secret-truth", "encrypted numbers do not compare", "decrypt them where they may be known")

    __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __eq__

    def __getattr__(self, name: str) -> NoReturn:
        """What numpy's arrays have and ciphertexts have not; names with an underscore are others' questions."""
        if name.startswith("_") or not hasattr(np.ndarray, name):
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}", name=name, obj=self)
        raise MissingAttribute("unsupported-operation", *_undefined(f".{name}"))


class MissingAttribute(LocalError, AttributeError):
    """Of encrypted numbers. An AttributeError too: `hasattr` and `getattr` with a default say no."""


def unsupported(what: str, instead: str = _INSTEAD) -> LocalError:
    """The error for what ciphertexts do not have."""
    return LocalError("unsupported-operation", *_undefined(what, instead))


def _undefined(what: str, instead: str = _INSTEAD) -> tuple[str, str]:
    return f"{what} is not defined on ciphertexts", instead
