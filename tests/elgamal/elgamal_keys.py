"""Keys for tests: one of the size in use, and of groups so small that everything can be tried."""

from functools import cache

from mpc.algebra.group import Scalars
from mpc.testing.tiny_group import TinyGroup
from protocols.elgamal.keys import PrivateKey

TINY = TinyGroup(23)


@cache
def key() -> PrivateKey:
    return PrivateKey.generate()


@cache
def tiny_key(x: int = 5) -> PrivateKey:
    return PrivateKey(Scalars.of(TINY.order, x), TINY)
