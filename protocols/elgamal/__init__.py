"""ElGamal's cryptosystem on a curve, with numbers in the exponent: sums that one party reads, or several together."""

from protocols.elgamal.ciphertexts import Ciphertexts, concatenate
from protocols.elgamal.keys import PrivateKey, PublicKey
from protocols.elgamal.messages import to_bytes
from protocols.paillier.key_files import new_key_file
from protocols.paillier.scaling import Public, public

generate = PrivateKey.generate
load = PrivateKey.load

__all__ = [
    "Ciphertexts",
    "PrivateKey",
    "Public",
    "PublicKey",
    "concatenate",
    "generate",
    "load",
    "new_key_file",
    "public",
    "to_bytes",
]
