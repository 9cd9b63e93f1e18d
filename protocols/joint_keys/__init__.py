"""Keys of Paillier's cryptosystem that several parties hold in shares: any threshold + 1 of them decrypt."""

from protocols.joint_keys.between_two_flop18 import generate_between_two
from protocols.joint_keys.dealing_dj01 import deal
from protocols.joint_keys.key import AdditiveShare, JointKey, KeyShare

__all__ = ["AdditiveShare", "JointKey", "KeyShare", "deal", "generate_between_two"]
