"""What nobody here can read: it has no truth value and does not compare."""

from __future__ import annotations

from typing import NoReturn

from mpc.errors import LocalError

_INSTEAD = (
    "`+`, `-`, `*` and `@` with numbers, and `sum`; for all else decrypt them where they may be known, or share them: "
    "`mpc.secret_from_ciphertexts`"
)


class Sealed:
    """What has no truth value and does not compare, as nobody here knows it: LocalError `secret-truth`."""

    __slots__ = ()
    __hash__ = None  # type: ignore[assignment]

    def __bool__(self) -> NoReturn:
        raise LocalError(
            "secret-truth", "encrypted numbers have no truth value", "decrypt them where they may be known"
        )

    def __eq__(self, other: object) -> NoReturn:
        raise LocalError("secret-truth", "encrypted numbers do not compare", "decrypt them where they may be known")

    __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __eq__


def unsupported(what: str, instead: str = _INSTEAD) -> LocalError:
    """The error for what ciphertexts do not have."""
    return LocalError("unsupported-operation", f"{what} is not defined on ciphertexts", instead)
