"""The codes under which ElGamal's cryptosystem refuses what every one refuses."""

from protocols.homomorphic.refusals import Refusals

REFUSALS = Refusals(
    malformed="elgamal-malformed",
    shape="elgamal-shape",
    count="elgamal-count",
    other_key="elgamal-other-key",
    product="elgamal-product",
    beyond_bound="elgamal-beyond-bound",
)
