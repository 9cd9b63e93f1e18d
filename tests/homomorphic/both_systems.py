"""What both cryptosystems offer, to test it of both alike."""

from types import ModuleType
from typing import Any, NamedTuple

from elgamal import elgamal_keys
from paillier import paillier_keys

from mpc import elgamal, paillier


class System(NamedTuple):
    """A cryptosystem: its name, which its errors begin with, what users import, and a private key."""

    name: str
    module: ModuleType
    key: Any

    def received(self, data: bytes, **expected: object) -> Any:
        """The ciphertexts in a message of a party named bank."""
        return self.key.public.ciphertexts_from(data, "bank", **expected)


def systems() -> list[System]:
    """Both, with keys of full size."""
    return [System("paillier", paillier, paillier_keys.key()), System("elgamal", elgamal, elgamal_keys.key())]
