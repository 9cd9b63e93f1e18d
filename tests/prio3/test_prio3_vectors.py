"""The vectors of draft-irtf-cfrg-vdaf, as their own operations say: what comes out to the byte, and what must fail."""

import json
from pathlib import Path

import pytest

from mpc.algebra.field import FIELD64, FIELD128
from mpc.errors import PeerError
from protocols.prio3 import (
    Prio3Count,
    Prio3Histogram,
    Prio3L1BoundSum,
    Prio3MultihotCountVec,
    Prio3Sum,
    Prio3SumVec,
    Prio3SumVecWithMultiproof,
)
from protocols.prio3.elements import encoded
from protocols.prio3.xof_turboshake128 import XofTurboShake128, derive_seed

PLACES = [parent / "shared/vectors/vdaf" for parent in Path(__file__).resolve().parents]
FOLDER = next((place for place in PLACES if place.is_dir()), Path("shared/vectors/vdaf"))
FILES = sorted(FOLDER.glob("Prio3*.json"))

MAKERS = {
    "Prio3Count": lambda v: Prio3Count(v["shares"]),
    "Prio3Sum": lambda v: Prio3Sum(v["shares"], v["max_measurement"]),
    "Prio3SumVec": lambda v: Prio3SumVec(v["shares"], v["length"], v["max_measurement"], v["chunk_length"]),
    "Prio3Histogram": lambda v: Prio3Histogram(v["shares"], v["length"], v["chunk_length"]),
    "Prio3MultihotCountVec": lambda v: Prio3MultihotCountVec(
        v["shares"], v["length"], v["max_weight"], v["chunk_length"]
    ),
    "Prio3L1BoundSum": lambda v: Prio3L1BoundSum(v["shares"], v["length"], v["max_value"], v["chunk_length"]),
    "Prio3SumVecWithMultiproof": lambda v: Prio3SumVecWithMultiproof(
        v["shares"], FIELD64, v.get("proofs", 3), v["length"], v["max_measurement"], v["chunk_length"]
    ),
}

if not FILES:
    pytest.skip("needs the test vectors of the VDAF draft", allow_module_level=True)


def bytes_of(vector, *names):
    return [bytes.fromhex(vector[name]) for name in names]


class Replay:
    """What the operations of a vector have made so far."""

    def __init__(self, vdaf, vector):
        self.vdaf, self.vector = vdaf, vector
        self.ctx, self.key = bytes_of(vector, "ctx", "verify_key")
        self.states, self.out_shares = {}, {}

    def report(self, operation):
        return self.vector["reports"][operation["report_index"]]

    def shard(self, operation):
        report = self.report(operation)
        nonce, rand, public = bytes_of(report, "nonce", "rand", "public_share")
        made = self.vdaf.shard(self.ctx, report["measurement"], nonce, rand)
        assert made == (public, [bytes.fromhex(share) for share in report["input_shares"]])

    def verify_init(self, operation):
        report, agg_id = self.report(operation), operation["aggregator_id"]
        nonce, public = bytes_of(report, "nonce", "public_share")
        share = bytes.fromhex(report["input_shares"][agg_id])
        state, verifier = self.vdaf.verify_init(self.key, self.ctx, agg_id, nonce, public, share)
        assert verifier.hex() == report["verifier_shares"][0][agg_id]
        self.states[operation["report_index"], agg_id] = state

    def verifier_shares_to_message(self, operation):
        report = self.report(operation)
        shares = [bytes.fromhex(share) for share in report["verifier_shares"][operation["round"]]]
        message = self.vdaf.verifier_shares_to_message(self.ctx, shares)
        assert message.hex() == report["verifier_messages"][operation["round"]]

    def verify_next(self, operation):
        report, agg_id = self.report(operation), operation["aggregator_id"]
        message = bytes.fromhex(report["verifier_messages"][operation["round"] - 1])
        out = self.vdaf.verify_next(self.ctx, self.states[operation["report_index"], agg_id], message)
        assert self.vdaf.encode_out_share(out).hex() == report["out_shares"][agg_id]
        self.out_shares.setdefault(agg_id, []).append(out)

    def aggregate(self, operation):
        agg_id = operation["aggregator_id"]
        assert self.vdaf.aggregate(self.out_shares[agg_id]).hex() == self.vector["agg_shares"][agg_id]

    def unshard(self, operation):
        shares = [bytes.fromhex(share) for share in self.vector["agg_shares"]]
        assert self.vdaf.unshard(shares, len(self.vector["reports"])) == self.vector["agg_result"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_operations_of_a_vector(path):
    vector = json.loads(path.read_text())
    name = path.stem.split("_")[0]
    if name not in MAKERS:
        pytest.skip(f"needs {name}, which is not of the drafts")
    replay = Replay(MAKERS[name](vector), vector)
    for operation in vector["operations"]:
        step = getattr(replay, operation["operation"])
        if operation["success"]:
            step(operation)
        else:
            with pytest.raises(PeerError, match="rejected-report"):
                step(operation)


def test_the_stream_of_a_seed():
    vector = json.loads((FOLDER / "XofTurboShake128.json").read_text())
    seed, dst, binder = bytes_of(vector, "seed", "dst", "binder")
    assert derive_seed(seed, dst, binder).hex() == vector["derived_seed"]
    expanded = XofTurboShake128(seed, dst, binder).vector(FIELD128, vector["length"])
    assert encoded(expanded).hex() == vector["expanded_vec_field128"]
