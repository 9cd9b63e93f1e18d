"""Whatever is changed of a report, it is refused by name and nothing else happens."""

import pytest
from prio3_cases import CASES, CTX, KEY, nonce, stream, verified
from same_lines import same

from mpc.errors import PeerError

every_type = pytest.mark.parametrize("name", CASES)


def made(name, shares=2):
    case = CASES[name]
    vdaf = case.make(shares)
    return vdaf, vdaf.shard(CTX, case.measurements[0], nonce(0), stream(name).bytes(vdaf.rand_size))


def flipped(data: bytes, place: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


def finish(vdaf, state, verifiers):
    return vdaf.verify_next(CTX, state, vdaf.verifier_shares_to_message(CTX, verifiers))


@every_type
def test_every_element_of_a_leaders_share_counts(name):
    vdaf, (public, (leader, helper)) = made(name)
    size = 8 * vdaf.circuit.field.words
    for place in range(0, len(leader), size):
        with pytest.raises(PeerError, match="rejected-report"):
            verified(vdaf, (public, [flipped(leader, place), helper]), nonce(0))


@every_type
def test_every_seed_counts(name):
    vdaf, (public, (leader, helper)) = made(name)
    for place in range(0, len(helper), 8):
        with pytest.raises(PeerError, match="rejected-report"):
            verified(vdaf, (public, [leader, flipped(helper, place)]), nonce(0))
    for place in range(0, len(public), 8):
        with pytest.raises(PeerError, match="rejected-report"):
            verified(vdaf, (flipped(public, place), [leader, helper]), nonce(0))


@every_type
def test_a_report_under_another_name_or_context_is_rejected(name):
    vdaf, report = made(name)
    if vdaf.circuit.joint_rand_len:
        with pytest.raises(PeerError, match="rejected-report"):
            verified(vdaf, report, nonce(1))
    public, inputs = report
    begun = [vdaf.verify_init(KEY, b"elsewhere", i, nonce(0), public, share) for i, share in enumerate(inputs)]
    with pytest.raises(PeerError, match="rejected-report"):
        vdaf.verifier_shares_to_message(b"elsewhere", [verifier for _, verifier in begun])


@every_type
def test_every_element_of_a_verifier_share_counts(name):
    vdaf, (public, inputs) = made(name)
    (_, first), (state, second) = [
        vdaf.verify_init(KEY, CTX, i, nonce(0), public, share) for i, share in enumerate(inputs)
    ]
    honest = vdaf.verifier_shares_to_message(CTX, [first, second])
    for place in range(0, len(first), 8 * vdaf.circuit.field.words):
        with pytest.raises(PeerError, match="rejected-report"):
            finish(vdaf, state, [flipped(first, place), second])
    for place in range(0, len(honest), 8):
        with pytest.raises(PeerError, match="rejected-report"):
            vdaf.verify_next(CTX, state, flipped(honest, place))


@every_type
def test_bytes_of_any_kind_are_a_peers_error(name):
    vdaf, (public, (leader, helper)) = made(name)
    (_, verifier), (state, _) = [
        vdaf.verify_init(KEY, CTX, i, nonce(0), public, share) for i, share in enumerate([leader, helper])
    ]
    size = 8 * vdaf.circuit.field.words

    def wrong(data):
        yield from (data[:-1], data + b"\0", b"", data * 2)
        if len(data) > 2 * size:
            yield b"\xff" * size + data[size:]

    for bad in wrong(leader):
        with pytest.raises(PeerError, match="malformed-report") as refused:
            vdaf.verify_init(KEY, CTX, 0, nonce(0), public, bad, client="client 7")
        assert refused.value.party == "client 7"
    for bad in (helper[:-1], helper + b"\0", b"", None):
        with pytest.raises(PeerError, match="malformed-report"):
            vdaf.verify_init(KEY, CTX, 1, nonce(0), public, bad)
    for bad in (public + b"\0", public[:-1] if public else b"x"):
        with pytest.raises(PeerError, match="malformed-report"):
            vdaf.verify_init(KEY, CTX, 0, nonce(0), bad, leader)
    with pytest.raises(PeerError, match="malformed-report"):
        vdaf.verify_init(KEY, CTX, 0, bytes(15), public, leader)
    with pytest.raises(PeerError, match="malformed-report"):
        vdaf.verify_init(KEY, CTX, 0, None, public, leader)
    for bad in wrong(verifier):
        with pytest.raises(PeerError, match="malformed-report") as refused:
            vdaf.verifier_shares_to_message(CTX, [verifier, bad])
        assert refused.value.party == "aggregator 1"
    with pytest.raises(PeerError, match="malformed-report"):
        vdaf.verify_next(CTX, state, b"x")


def test_what_is_secret_does_not_show():
    vdaf, (public, inputs) = made("sum_vec")
    state, _ = vdaf.verify_init(KEY, CTX, 0, nonce(0), public, inputs[0])
    assert "[" not in repr(state)
    assert "array" not in repr(state)


@every_type
def test_lines_do_not_depend_on_what_was_measured(name):
    """Neither at the client nor at an aggregator; the time of kernels has tests of its own."""
    vdaf = CASES[name].make(2)
    rand = stream(name).bytes(vdaf.rand_size)
    reports = [vdaf.shard(CTX, m, nonce(0), rand) for m in CASES[name].measurements]
    assert same([lambda m=m: vdaf.shard(CTX, m, nonce(0), rand) for m in CASES[name].measurements])
    assert same([lambda r=r: vdaf.verify_init(KEY, CTX, 0, nonce(0), r[0], r[1][0]) for r in reports])
