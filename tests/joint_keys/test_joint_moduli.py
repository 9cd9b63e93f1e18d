"""A modulus that parties make together: a product of two primes, with shares of phi(N) that add up, and no party named
where nobody can be."""

from math import gcd, isqrt

import numpy as np
import pytest
from joint_keys.joint_parties import INSECURE, everyones, run_parties

import mpc
from mpc.context import Spec
from mpc.errors import Abort, LocalError
from mpc.network.transport import memory_network
from mpc.testing import Fault, FaultyTransport, recording_network, transcript_digest
from protocols.joint_keys import boneh_franklin_bf97 as generation
from protocols.joint_keys import generate, generate_modulus, reveal, share_key
from protocols.joint_keys.boneh_franklin_bf97 import insecure_generate_modulus
from protocols.joint_keys.search_space import SearchSpace
from protocols.paillier import PrivateKey, to_bytes
from protocols.paillier.key_checks import check_modulus
from protocols.paillier.prime_search import is_prime

SEED = 2


def made(bits, n, *, seed="joint", **options):
    async def main(ctx):
        return await insecure_generate_modulus(ctx, bits=bits, extension=INSECURE, **options)

    return everyones(main, n, seed=f"{seed} {bits} {n}")


def factors(shares):
    """p and q of N and phi(N), which all shares together tell."""
    n, phi = shares[0].n, sum(share.phi for share in shares)
    half = n + 1 - phi
    root = isqrt(half * half - 4 * n)
    return (half - root) // 2, (half + root) // 2


@pytest.mark.parametrize(("bits", "n"), [(40, 2), (40, 3), (40, 4), (64, 2), (64, 3), (128, 2), (128, 3), (200, 2)])
def test_the_modulus_is_a_product_of_two_primes(bits, n):
    shares = made(bits, n)
    p, q = factors(shares)
    assert p * q == shares[0].n
    assert {share.n for share in shares} == {p * q}
    assert is_prime(p)
    assert is_prime(q)
    assert p != q
    assert p % 4 == q % 4 == 3
    assert (p * q).bit_length() == bits
    assert gcd(p * q, (p - 1) * (q - 1)) == 1
    assert not any(share.safe for share in shares)


def test_different_runs_give_different_moduli():
    assert len({made(40, 2, seed=f"run {i}")[0].n for i in range(5)}) == 5


@pytest.mark.parametrize(
    ("n", "committed"), [(2, "020cecd0491bfa4cae1f2b527b80fd59"), (3, "e5210cb740b267eb08cfef38109385e7")]
)
def test_all_messages_are_those_that_were_committed(n, committed):
    """Of a small run under fixed seeds, base transfers apart: another digest is a change of the wire."""
    transports, record = recording_network(n)
    run_parties(lambda ctx: insecure_generate_modulus(ctx, bits=40, extension=INSECURE), n, transports=transports)
    assert transcript_digest(record)[:32] == committed


def test_progress_is_told_candidate_by_candidate():
    told = []
    made(128, 2, on_progress=lambda *done: told.append(done))
    space = SearchSpace(128, 2)
    assert told[0] == (0, round(space.expected))
    assert [tried for tried, _ in told[::2]] == [space.batch * i for i in range(len(told) // 2)]


@pytest.mark.parametrize("bits", [1024, 2047, 2050, 8192])
def test_lengths_that_are_not_made(bits):
    async def main(ctx):
        await generate_modulus(ctx, bits=bits)

    with pytest.raises(LocalError) as error:
        everyones(main, 2)
    assert error.value.code == "paillier-key-size"


def test_a_search_without_end_is_given_up(monkeypatch):
    monkeypatch.setattr(generation, "screened", nothing)
    monkeypatch.setattr(generation, "_PATIENCE", 0.5)
    with pytest.raises(Abort) as error:
        made(64, 2)
    assert error.value.code == "joint-modulus-not-found"
    assert error.value.party is None


async def nothing(ctx, numbers, sums):
    return [False] * len(numbers)


@pytest.mark.parametrize("action", ["truncate", "relabel"])
def test_a_message_of_another_size_or_call_names_its_sender(action):
    """Each of party 0's first messages in its turn, from base transfers to what is opened of powers."""

    async def main(ctx):
        return await insecure_generate_modulus(ctx, bits=40, extension=INSECURE)

    for number in range(8):
        network = list(memory_network(2))
        network[0] = FaultyTransport(network[0], Fault(action, number))
        runs = run_parties(main, 2, seed=action, audit=False, collect=True, transports=network)
        assert network[0].struck == 1
        assert runs[1].error.code == {"truncate": "unexpected-message", "relabel": "program-diverged"}[action]
        assert runs[1].error.party == "party0"


def test_a_share_shows_nothing():
    share = made(64, 2)[0]
    assert str(share.phi) not in repr(share)
    assert str(share.n) not in repr(share)


@pytest.mark.parametrize("threshold", [0, 2])
def test_a_threshold_that_cannot_be_is_refused_before_anything_is_sent(threshold):
    async def main(ctx):
        with pytest.raises(LocalError) as error:
            await generate(ctx, threshold=threshold)
        return error.value.code, ctx.session.ledger.bytes_sent

    assert everyones(main, 2) == [("joint-key-parties", 0)] * 2


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ({"bits": 2048.0}, "wrong-argument"),
        ({"bits": 1024}, "paillier-key-size"),
        ({"s": 4}, "wrong-number"),
        ({"exponent": "long"}, "wrong-choice"),
    ],
)
def test_what_no_key_has_is_refused_before_its_modulus_is_made(wanted, code):
    async def main(ctx):
        with pytest.raises(LocalError) as error:
            await generate(ctx, threshold=1, **wanted)
        return error.value.code, ctx.session.ledger.bytes_sent

    assert everyones(main, 2) == [(code, 0)] * 2


@pytest.mark.slow
def test_a_key_of_full_length():
    """2048 bits over the transfers that a run takes, under seeds with which the first candidates have a good one."""

    async def main(ctx):
        made = await generate_modulus(ctx)
        share = await share_key(ctx, made, parties=2, threshold=1)
        ciphertexts = share.public.encrypt([5, -7]) if ctx.me == 0 else None
        sent = await passed_on(ctx, share, ciphertexts)
        return made, await reveal(ctx, share, sent * 3, proved=False)

    (first, numbers), (second, same) = everyones(main, 2, seed=f"full length {SEED}", audit=False)
    p, q = factors([first, second])
    assert p * q == first.n == second.n
    assert is_prime(p)
    assert is_prime(q)
    check_modulus(p * q)
    assert numbers.tolist() == same.tolist() == [15, -21]
    key = PrivateKey.insecure_of(p, q, exponent="textbook")
    assert key.decrypt(key.public.encrypt([5, -7]) * 3).tolist() == [15, -21]


async def passed_on(ctx, share, ciphertexts):
    """What party 0 has encrypted, at both."""
    if ctx.me == 0:
        content = np.frombuffer(to_bytes(ciphertexts), np.uint8)
        ctx.send(1, np.array([content.size], np.uint64))
        ctx.send(1, content)
        return share.public.ciphertexts_from(content.tobytes(), "party0")
    (size,) = await ctx.receive(0, Spec((1,)))
    content = await ctx.receive(0, Spec((int(size),), np.uint8))
    return share.public.ciphertexts_from(content.tobytes(), "party0")


def test_the_run_is_told_how_many_candidates_there_were():
    told = []

    async def main(ctx, mine):
        ctx.session.progress = lambda *how_far: told.append(how_far)
        await insecure_generate_modulus(ctx, bits=40, extension=INSECURE)

    mpc.simulate(main, inputs=[None, None])
    expected = round(SearchSpace(40, 2).expected)
    assert told[0] == (f"online: candidates for a key, 0 of about {expected}", 0, expected)
    assert all(done <= total for _, done, total in told)


def test_messages_count_for_the_line_that_asked_for_a_modulus():
    async def main(ctx, mine):
        await insecure_generate_modulus(ctx, bits=40, extension=INSECURE)

    report = mpc.simulate(main, inputs=[None, None]).report
    lines = [cost.line for cost in report.lines]
    assert len(lines) == 1
    assert report.lines[0].rounds == report.rounds > 1
    assert lines[0].startswith("test_joint_moduli.py:")
    keys = f"Keys made in shares ({lines[0]})"
    assert report.security == f"{keys} are right and secret where all parties follow the protocol"
