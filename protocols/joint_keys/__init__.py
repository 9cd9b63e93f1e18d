"""Keys of Paillier's cryptosystem that several parties hold in shares: any threshold + 1 of them decrypt."""

from protocols.joint_keys.between_two_flop18 import generate_between_two
from protocols.joint_keys.boneh_franklin_bf97 import generate, generate_modulus
from protocols.joint_keys.dealing_dj01 import deal
from protocols.joint_keys.key import AdditiveShare, JointKey, KeyShare
from protocols.joint_keys.revealing import reveal, reveal_despite
from protocols.joint_keys.share_files import load, save
from protocols.joint_keys.share_sending import dealt
from protocols.joint_keys.sharing_between_two_fps00 import generate_key_between_two
from protocols.joint_keys.sharing_fps00 import share_key

__all__ = [
    "AdditiveShare",
    "JointKey",
    "KeyShare",
    "deal",
    "dealt",
    "generate",
    "generate_between_two",
    "generate_key_between_two",
    "generate_modulus",
    "load",
    "reveal",
    "reveal_despite",
    "save",
    "share_key",
]
