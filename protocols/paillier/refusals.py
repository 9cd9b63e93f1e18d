"""The codes under which Paillier's cryptosystem refuses what every one refuses."""

from protocols.homomorphic.refusals import Refusals

REFUSALS = Refusals(
    malformed="paillier-malformed",
    shape="paillier-shape",
    count="paillier-count",
    other_key="paillier-other-key",
    product="paillier-product",
    beyond_bound="paillier-beyond-bound",
)
