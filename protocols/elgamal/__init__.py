"""ElGamal's cryptosystem on a curve, with numbers in the exponent: sums that one party reads, or several together."""

from protocols.elgamal.ciphertexts import Ciphertexts
from protocols.elgamal.joint_key_ped91 import generate_together
from protocols.elgamal.key_shares import KeyShare
from protocols.elgamal.keys import PrivateKey, PublicKey
from protocols.elgamal.messages import to_bytes
from protocols.elgamal.revealing import reveal, reveal_despite
from protocols.elgamal.statements import Encrypted, encrypt_to_prove, known_plaintexts, same_as_committed
from protocols.homomorphic.encrypted_array import concatenate
from protocols.homomorphic.key_files import new_key_file
from protocols.homomorphic.public_factors import Public, public

generate = PrivateKey.generate
load = PrivateKey.load
load_share = KeyShare.load

__all__ = [
    "Ciphertexts",
    "Encrypted",
    "KeyShare",
    "PrivateKey",
    "Public",
    "PublicKey",
    "concatenate",
    "encrypt_to_prove",
    "generate",
    "generate_together",
    "known_plaintexts",
    "load",
    "load_share",
    "new_key_file",
    "public",
    "reveal",
    "reveal_despite",
    "same_as_committed",
    "to_bytes",
]
