"""Paillier's cryptosystem: numbers that one party reads and everybody computes with."""

from protocols.paillier.key_files import new_key_file
from protocols.paillier.keys import PrivateKey, PublicKey

generate = PrivateKey.generate
load = PrivateKey.load

__all__ = ["PrivateKey", "PublicKey", "generate", "load", "new_key_file"]
