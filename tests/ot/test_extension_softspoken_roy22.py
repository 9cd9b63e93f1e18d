"""SoftSpokenOT: correlations hold for every k, both versions, any split into batches; cheating is found out."""

import numpy as np
import pytest
from correlations import check_correlation
from pairs import digest, results, run_pair, with_fault

from mpc.algebra import bits
from mpc.errors import Abort, LocalError, PeerError
from mpc.testing import Fault
from protocols.ot import extension_softspoken_roy22 as softspoken
from protocols.ot.folding import parts

SOME = np.array([0x1123456789ABCDEF, 0x3F1E2D3C4B5A6978], np.uint64)
DELTAS = [SOME, np.zeros(2, np.uint64), np.full(2, 2**64 - 1, np.uint64), np.array([1, 2**63], np.uint64)]


def roles(counts, delta=None, k=4, malicious=False):
    """A sender and a receiver that extend by these counts, one after the other."""

    async def send(ctx, peer):
        end = await softspoken.send_setup(ctx, peer, k=k, malicious=malicious, delta=delta)
        return end, [await end.extend(ctx, count) for count in counts]

    async def receive(ctx, peer):
        end = await softspoken.receive_setup(ctx, peer, k=k, malicious=malicious)
        return end, [await end.extend(ctx, count) for count in counts]

    return send, receive


def check(sent, received):
    for q, (choices, t) in zip(sent[1], received[1], strict=True):
        check_correlation(sent[0].delta, q, choices, t)


@pytest.mark.parametrize("malicious", [False, True])
@pytest.mark.parametrize("k", range(1, 9))
def test_correlations_hold_at_the_declared_cost(k, malicious):
    counts = [1, 128, 0, 700]
    sent, received = results(*roles(counts, k=k, malicious=malicious), audit=True)
    check(sent, received)
    assert sent[0].made == received[0].made == sum(counts)


@pytest.mark.parametrize("delta", DELTAS)
@pytest.mark.parametrize("k", [1, 3, 4])
def test_any_offset(k, delta):
    sent, received = results(*roles([200], delta, k, malicious=True))
    assert (sent[0].delta == delta).all()
    check(sent, received)


@pytest.mark.parametrize("malicious", [False, True])
@pytest.mark.parametrize("blocks", [1, 6, 7, 8, 15])
def test_any_number_of_batches(blocks, malicious, monkeypatch):
    """Batches of two blocks, a window of three: the receiver waits for answers, at the declared cost."""
    monkeypatch.setattr(softspoken, "BATCH_BLOCKS", 2)
    check(*results(*roles([128 * blocks - 5, 128 * blocks], malicious=malicious), audit=True))


@pytest.mark.parametrize("malicious", [False, True])
def test_batches_change_nothing(malicious, monkeypatch):
    whole = results(*roles([1000, 50], malicious=malicious))
    monkeypatch.setattr(softspoken, "BATCH_BLOCKS", 3)
    parted = results(*roles([1000, 50], malicious=malicious))
    for a, b in zip(whole[0][1], parted[0][1], strict=True):
        assert (a == b).all()


def test_large_batches_are_split_over_cores_and_leave_the_loop():
    check(*results(*roles([128 * 600], malicious=True)))


def test_extensions_are_fresh():
    (_, (a, b)), (_, ((c, _), (d, _))) = results(*roles([256, 256]))
    assert not (a == b).all(axis=1).any()
    assert (c != d).any()


def test_choices_are_balanced_and_labels_differ():
    _, (_, ((choices, t),)) = results(*roles([20_000]))
    assert abs(bits.popcount(choices) - 10_000) < 500
    assert len(np.unique(t, axis=0)) == 20_000


@pytest.mark.parametrize("places", [(1, 0), (2, 0), (0, 2)])
def test_any_two_of_three_parties(places):
    check(*results(*roles([100], malicious=True), n=3, places=places))


def test_messages_have_not_changed():
    semi_honest, malicious = digest(*roles([300], k=4)), digest(*roles([300], k=3, malicious=True))
    assert semi_honest == "611a5dcc68e19e11d5e66151c4698f54f7ae2f45a9a41278aa8236a0178d22d0"
    assert malicious == "78f182787cc06d0c874ca2bc5f72432a96aa635f8747cffe2e15d41ef27709b1"


@pytest.mark.parametrize("k", [0, 9, -1])
def test_k_out_of_range(k):
    with pytest.raises(LocalError) as caught:
        results(*roles([1], k=k))
    assert caught.value.code == "wrong-parameter"


# A run of the malicious version, message by message. Sender: 0 points of the base transfers, 1, 2 challenges.
# Receiver: 0 the base point, 1 masked sums, 2 the check of the trees, 3 corrections of the mask, 4, 5 those of the
# batches, 6 the check of the corrections.
SENDER_MESSAGES, RECEIVER_MESSAGES = 3, 7
TWO_BATCHES = [128 * 4]


def faulty(party, fault, monkeypatch, k=4, delta=SOME):
    monkeypatch.setattr(softspoken, "BATCH_BLOCKS", 2)
    return with_fault(*roles(TWO_BATCHES, delta, k, malicious=True), party, fault)


def blamed(runs, party):
    """The error of the other party, which must be a PeerError that names this one."""
    error = runs[1 - party].error
    assert isinstance(error, PeerError)
    assert error.party == f"party{party}"
    return error


@pytest.mark.parametrize("place", [0.0, 0.3, 0.5, 0.8, 1.0])
@pytest.mark.parametrize("number", range(2, RECEIVER_MESSAGES))
def test_a_receiver_s_changed_message_is_noticed(number, place, monkeypatch):
    """Any bit, in any place, of what is checked. No part of this delta is zero, so no change is without effect."""
    sizes = {2: 32 * 96, 3: 31 * 16, 4: 31 * 32, 5: 31 * 32, 6: 129 * 16}
    byte = int(place * (sizes[number] - 1))
    runs, struck = faulty(1, Fault("flip", number, byte=byte, bit=number), monkeypatch)
    assert struck == 1
    error = blamed(runs, 1)
    assert isinstance(error, Abort)
    assert error.code == "ot-check-failed"


@pytest.mark.parametrize("number", [1, 2])
def test_a_sender_s_changed_challenge_is_noticed(number, monkeypatch):
    """The receiver answers another challenge than the sender asked; the sender takes it for a cheat."""
    runs, struck = faulty(0, Fault("flip", number, byte=3, bit=3), monkeypatch)
    assert struck == 1
    assert runs[0].error.code == "ot-check-failed"


@pytest.mark.parametrize("byte", range(0, 128 * 32, 331))
def test_changed_sums_of_a_tree_are_noticed_unless_they_are_not_used(byte, monkeypatch):
    """Of each pair of sums the sender decrypts one. A change of the other is what it never sees: harmless."""
    runs, struck = faulty(1, Fault("flip", 1, byte=byte, bit=1), monkeypatch)
    assert struck == 1
    pair, side = byte // 32, byte % 32 // 16
    part, level = divmod(pair, 4)
    path = int(SOME[part * 4 // 64]) >> part * 4 % 64 + 3 - level & 1
    if side == 1 - path:
        assert blamed(runs, 1).code == "ot-check-failed"
    else:
        assert runs[0].error is None
        check(runs[0].result, runs[1].result)


@pytest.mark.parametrize(("party", "messages"), [(0, SENDER_MESSAGES), (1, RECEIVER_MESSAGES)])
@pytest.mark.parametrize("action", ["truncate", "relabel"])
def test_messages_of_another_shape_or_call_are_refused(party, messages, action, monkeypatch):
    for number in range(messages):
        runs, struck = faulty(party, Fault(action, number), monkeypatch)
        assert struck == 1
        blamed(runs, party)


@pytest.mark.parametrize("party", [0, 1])
@pytest.mark.parametrize("bit", range(0, 256, 23))
def test_a_changed_base_transfer_is_noticed_or_harmless(party, bit, monkeypatch):
    """Not a point: refused. Another point: the keys differ, and with them the trees, and the check finds it."""
    runs, struck = faulty(party, Fault("flip", 0, byte=bit // 8, bit=bit % 8), monkeypatch)
    assert struck == 1
    if runs[1 - party].error is not None and runs[1 - party].error.code == "bad-point":
        blamed(runs, party)
    elif runs[0].error is None:
        check(runs[0].result, runs[1].result)
    else:
        assert runs[0].error.code == "ot-check-failed"


def test_the_semi_honest_version_does_not_notice(monkeypatch):
    """What the check is for: the same change goes through without it and breaks one correlation."""
    runs, _ = with_fault(*roles([128], SOME), 1, Fault("flip", 2, byte=9, bit=1))
    (q,), ((choices, t),) = runs[0].result[1], runs[1].result[1]
    with pytest.raises(AssertionError):
        check_correlation(SOME, q, choices, t)


@pytest.mark.parametrize("k", [1, 2, 3, 4])
def test_selective_failure_tells_of_one_part_and_of_no_more(k, monkeypatch):
    """A receiver that uses another choice vector in part 1 passes exactly if that part of delta is zero.

    The paper's functionality lets a dishonest receiver guess parts of delta; it passes with the chance of the guess.
    """
    width = parts(k)[1]
    for value in range(1 << width):
        delta = np.array([value << k | 1, 0], np.uint64)
        changed = Fault("flip", 4, byte=0, bit=0)
        runs, struck = faulty(1, changed, monkeypatch, k, delta)
        assert struck == 1
        if value:
            assert runs[0].error.code == "ot-check-failed"
        else:
            check(runs[0].result, runs[1].result)


def test_inconsistent_choices_are_caught_for_a_random_offset(monkeypatch):
    """A receiver whose parts have different choices throughout is caught whatever it says in the check."""
    monkeypatch.setattr(softspoken, "BATCH_BLOCKS", 2)
    original = softspoken._Receiving._made

    def made(self, batch):
        corrections = original(self, batch)
        corrections[len(corrections) // 2 :] ^= self.ctx.prg("cheat").words(corrections.shape)[len(corrections) // 2 :]
        return corrections

    monkeypatch.setattr(softspoken._Receiving, "_made", made)
    runs = run_pair(*roles(TWO_BATCHES, malicious=True), collect=True)
    assert blamed(runs, 1).code == "ot-check-failed"


def test_no_secret_is_shown():
    sent, received = results(*roles([1]))
    assert "Streams(...)" in repr(sent[0])
    assert "round_keys" not in repr(received[0])
    assert str(int(sent[0].delta[0])) not in repr(sent[0])
