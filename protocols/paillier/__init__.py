"""Paillier's cryptosystem: numbers that one party reads and everybody computes with."""

from protocols.homomorphic.encrypted_array import concatenate
from protocols.homomorphic.key_files import new_key_file
from protocols.homomorphic.public_factors import Public, public
from protocols.paillier.ciphertexts import Ciphertexts
from protocols.paillier.keys import PrivateKey, PublicKey
from protocols.paillier.messages import to_bytes
from protocols.paillier.packing import Packed, pack
from protocols.paillier.randomisers import Exponent

generate = PrivateKey.generate
load = PrivateKey.load

__all__ = [
    "Ciphertexts",
    "Exponent",
    "Packed",
    "PrivateKey",
    "Public",
    "PublicKey",
    "concatenate",
    "generate",
    "load",
    "new_key_file",
    "pack",
    "public",
    "to_bytes",
]
