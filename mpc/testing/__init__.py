"""The test kit: what protocols are tested with, ours and yours. Needs the extra `parley-mpc[test]`.

Strategies for hypothesis, transports that misbehave, checks of what a party sees, fingerprints of what travels.
Nothing outside tests imports it; what it fixes or enumerates is no secret any more.
"""

from mpc.testing.enumeration import exact_view
from mpc.testing.faults import Fault, FaultyTransport
from mpc.testing.sampling import sampled_view
from mpc.testing.strategies import (
    EDGES,
    fixed_arrays,
    party_counts,
    ring_arrays,
    ring_elements,
    shapes,
    signed_integers,
)
from mpc.testing.transcripts import (
    RecordingTransport,
    insecure_agreements,
    insecure_seed,
    recording_network,
    transcript_digest,
)
from mpc.testing.views import View, ViewsDiffer, assert_same_distribution

__all__ = [
    "EDGES",
    "Fault",
    "FaultyTransport",
    "RecordingTransport",
    "View",
    "ViewsDiffer",
    "assert_same_distribution",
    "exact_view",
    "fixed_arrays",
    "insecure_agreements",
    "insecure_seed",
    "party_counts",
    "recording_network",
    "ring_arrays",
    "ring_elements",
    "sampled_view",
    "shapes",
    "signed_integers",
    "transcript_digest",
]
