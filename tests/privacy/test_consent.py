"""A reveal that costs privacy is opened once all parties said yes and wrote it down; a no costs nobody anything."""

from __future__ import annotations

import shutil
from dataclasses import replace
from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st
from privacy.houses import NAMES, Declared, House, X
from privacy.ledgers import identity, signer

import mpc
from mpc.errors import LocalError, PeerError
from mpc.network.signing import is_signed
from party_runner.guarding import Guarding
from protocols.array.revealing import reveal_charged
from protocols.consent import agreement
from protocols.consent.agreement import ANSWER_WORDS, HEADS_WORDS
from protocols.consent.keeper import NO_HEAD
from protocols.consent.votes import DOMAIN, VOTE_WORDS, Vote, said, unpacked
from protocols.outputs import Output
from protocols.privacy.guard import Guard
from protocols.privacy.ledger.charges import budget, charge
from protocols.privacy.ledger.entries import decoded
from protocols.privacy.ledger.ledger import Ledger
from protocols.privacy.ledger.sqlite_book import SqliteBook
from protocols.privacy.policy import Policy
from protocols.ranges import Range
from protocols.runs.planning import plan
from protocols.runs.simulating import simulate


async def attempt(ctx, call):
    """The code of what a reveal raises at this party, whom it names, and what was sent since, in bytes."""
    ledger = ctx.session.ledger
    before = len(ledger.reveals)
    try:
        found = await call
    except (LocalError, PeerError) as error:
        refusal = error
    else:
        return found.tolist() if found is not None else None
    assert len(ledger.reveals) == before, "what was refused is no output"
    assert refusal.line.startswith("test_consent.py:")
    return refusal.code, refusal.party


@pytest.mark.parametrize("n", [2, 3])
@pytest.mark.parametrize("to", [None, 0])
def test_all_say_yes_all_spend_and_it_is_opened(tmp_path, n, to):
    house = House(tmp_path, (3,) * n)

    async def main(ctx, x):
        return await attempt(ctx, reveal_charged(ctx, x * 2, privacy=Declared(), to=to))

    expected = (X * 2).tolist()
    assert house.run(main) == [expected if to in (None, party) else None for party in range(n)]
    assert house.accounts() == [(1, 0)] * n


def test_each_value_is_charged(tmp_path):
    house = House(tmp_path, (3, None))

    async def main(ctx, x):
        await reveal_charged(ctx, x, x * 2, privacy=Declared())
        await mpc.reveal(ctx, x)

    house.run(main)
    assert house.accounts() == [(2, 0)]
    ledger = Ledger(house.file(0), signer(NAMES[0]), clock=house.clock)
    assert ledger.balance.entries == 2 + 2 + 1


@pytest.mark.parametrize("who", [0, 1, 2])
def test_who_has_no_room_refuses_by_name_and_the_others_lose_nothing(tmp_path, who):
    house = House(tmp_path, tuple("0.5" if place == who else 3 for place in range(3)))

    async def main(ctx, x):
        refused = await attempt(ctx, reveal_charged(ctx, x, privacy=Declared()))
        smaller = Declared(charge(epsilon="0.25"))
        return refused, await attempt(ctx, reveal_charged(ctx, x, privacy=smaller))

    expected = [("budget-exceeded", None) if place == who else ("reveal-refused", NAMES[who]) for place in range(3)]
    assert [first for first, _ in house.run(main)] == expected, "the run goes on behind a refusal"
    assert house.accounts() == [(Fraction(1, 4), 0)] * 3


def test_nothing_of_what_is_refused_is_computed(tmp_path):
    house = House(tmp_path, ("0.5", 3))

    async def main(ctx, x):
        ledger = ctx.session.ledger
        before = dict(ledger.material), ledger.bytes_sent
        await attempt(ctx, reveal_charged(ctx, x * x, privacy=Declared()))
        return dict(ledger.material) == before[0], ledger.bytes_sent - before[1] < 8 * (
            HEADS_WORDS + ANSWER_WORDS
        ) + 200

    assert house.run(main) == [(True, True)] * 2


def test_of_two_reveals_at_once_that_fit_one_by_one_one_is_opened(tmp_path):
    house = House(tmp_path, (1, 3))

    async def one(ctx, x):
        try:
            return (await reveal_charged(ctx, x, privacy=Declared())).tolist()
        except (LocalError, PeerError) as error:
            return error.code

    async def main(ctx, x):
        return await mpc.together(ctx, (one, x + 0), (one, x + 0))

    first, second = house.run(main)
    opened = first.index(X.tolist())
    assert (first[1 - opened], second[1 - opened]) == ("budget-exceeded", "reveal-refused")
    assert second[opened] == X.tolist()
    assert house.accounts() == [(1, 0), (1, 0)]


class Hasty(Guard):
    """Is refused only when it would set something aside, as if another process had taken the rest meanwhile."""

    def consider(self, asked):
        pass


def test_a_signed_no_releases_what_the_others_set_aside(tmp_path):
    house = House(tmp_path, ("0.5", 3, 3))

    async def main(ctx, x):
        as_kind(ctx, Hasty)
        return await attempt(ctx, reveal_charged(ctx, x, privacy=Declared()))

    refused = ("reveal-refused", NAMES[0])
    assert house.run(main) == [("budget-exceeded", None), refused, refused]
    assert house.accounts() == [(0, 0)] * 3
    *_, reserved, released = entries_of(house.file(1))
    assert (reserved["event"], released["event"], released["by"]) == ("reserve", "release", NAMES[0])
    no = {key: bytes.fromhex(value) for key, value in released["no"].items()}
    certificate = identity(NAMES[0]).certificate
    assert no["certificate"] == certificate.digest
    assert is_signed(certificate, no["signature"], DOMAIN, no["said"]), "why it was released, anyone can check"


def as_kind(ctx, kind):
    """Give this party a guard of another kind, with the same policy and ledger."""
    ctx.session.keeper = kind(*(getattr(ctx.session.keeper, name) for name in Guard.__slots__))


def entries_of(file):
    book = SqliteBook(file, read_only=True)
    found = [decoded(text) for _, text, _ in book.rows(0)]
    book.close()
    return found


def test_nothing_of_an_output_leaves_before_all_have_written_it_down(tmp_path):
    house = House(tmp_path, (3, 3, 3))
    seen = []

    class Looking:
        """A suite that looks into all ledgers when it opens."""

        def __init__(self, suite):
            self._suite = suite

        def __getattr__(self, name):
            if name.startswith("open"):
                seen.append(house.accounts())
            return getattr(self._suite, name)

    async def main(ctx, x):
        await mpc.compute(ctx, x * x)
        ctx.session.suite = Looking(ctx.session.suite)
        return await attempt(ctx, reveal_charged(ctx, x * x, privacy=Declared()))

    house.run(main)
    assert seen == [[(1, 0)] * 3] * 3


# parties that do what they should not


def told_apart(ctx, party):
    """Have this party tell `party` a signed no, and the others a yes."""
    original = ctx.session.transport.send

    def send(to, message):
        if to == party and message.array.shape == (VOTE_WORDS,):
            asked = ctx.session.keeper.asked
            head = unpacked(message.array).head
            vote = Vote(2, head, ctx.session.keeper.sign(said(asked, ctx.me, 2, head)))
            message = replace(message, array=vote.packed())
        return original(to, message)

    ctx.session.transport.send = send


class Noting(Guard):
    """Keeps what it was asked."""

    __slots__ = ("asked",)

    def reserve(self, asked):
        self.asked = asked
        return super().reserve(asked)


def test_who_says_yes_and_no_is_found_out_before_anything_is_opened(tmp_path):
    house = House(tmp_path, (3, 3, 3))

    async def main(ctx, x):
        if ctx.me == 2:
            as_kind(ctx, Noting)
            told_apart(ctx, 1)
        return await attempt(ctx, reveal_charged(ctx, x, privacy=Declared()))

    codes = house.run(main)
    assert [code for code, _ in codes] == ["votes-differ"] * 3
    assert house.accounts() == [(1, 0), (0, 0), (1, 0)], "who saw the no has released, and opens nothing"


class Failing(Guard):
    """Cannot write that something is spent."""

    def commit(self, number, heads, votes):
        raise LocalError("ledger-unwritable", "no room", "make room")


class Keyless(Guard):
    """Does not sign."""

    def sign(self, said):
        return b""


class Impostor(Guard):
    """Signs with another key."""

    def sign(self, said):
        return signer("somebody").sign(DOMAIN, said)


@pytest.mark.parametrize(
    ("keeper", "own", "others"),
    [
        (Failing, "ledger-unwritable", "commit-failed"),
        (Keyless, None, "unsigned-vote"),
        (Impostor, None, "unsigned-vote"),
    ],
)
def test_a_vote_or_a_ledger_that_fails_opens_nothing_and_unknown_is_spent(tmp_path, keeper, own, others):
    house = House(tmp_path, (3, 3))

    async def main(ctx, x):
        if ctx.me == 1:
            as_kind(ctx, keeper)
        found = await attempt(ctx, reveal_charged(ctx, x, privacy=Declared()))
        if ctx.me == 0:
            assert found == (others, NAMES[1])
            raise LocalError("as-expected", "done")
        assert found[0] == own or own is None
        return None

    with pytest.raises((LocalError, PeerError), match=r"as-expected|ledger|party0"):
        house.run(main)
    spent = house.accounts()
    assert all(sum(account) == 1 for account in spent), "committed, or of unknown end"


class Forgetful(Guard):
    """Cannot read what it has kept of its peers."""

    def kept(self, party):
        raise LocalError("ledger-edited", "what it has kept of a peer is no head", "find who wrote")


class Stuck(Guard):
    """Cannot write that something is not spent."""

    def release(self, number, by, said, signature):
        raise LocalError("ledger-unwritable", "no room", "make room")


@pytest.mark.parametrize(("keeper", "code"), [(Forgetful, "ledger-edited"), (Stuck, "ledger-unwritable")])
def test_who_cannot_read_or_write_its_ledger_tells_the_others_before_it_ends(tmp_path, keeper, code):
    house = House(tmp_path, ("0.5", 3, 3))

    async def main(ctx, x):
        as_kind(ctx, keeper if ctx.me == 1 else Hasty)
        if ctx.me == 1 and keeper is Stuck:
            ctx.session.keeper.consider = lambda asked: None
        return await attempt(ctx, reveal_charged(ctx, x, privacy=Declared()))

    who = NAMES[0] if keeper is Stuck else NAMES[1]
    found = house.run(main)
    assert found[1] == (code, None)
    assert found[2] == ("reveal-refused", who)
    assert found[0] == (("budget-exceeded", None) if keeper is Stuck else ("reveal-refused", who))
    spent = [sum(account) for account in house.accounts()]
    assert spent == ([0, 1, 0] if keeper is Stuck else [0, 0, 0]), "what was not released is spent"


@pytest.mark.parametrize("own", [LocalError("budget-exceeded", "no room"), None])
def test_who_refuses_says_so_though_others_have_ended_the_session(own):
    class Ended:
        """A call in a session that a peer has ended."""

        async def exchange(self, array):
            raise PeerError("peer-failed", "it has heard of the refusal")

    with pytest.raises(LocalError if own else PeerError) as caught:
        trio.run(agreement._exchange, Ended(), agreement._Told(2, bytes(32)), own)
    assert caught.value.code == (own.code if own else "peer-failed")


@given(st.integers(0, 4), st.binary(min_size=200, max_size=200), st.binary(max_size=143), st.integers(0, 8 * 352 - 1))
def test_a_vote_travels_in_one_form_and_any_other_bytes_are_none(reason, head, signature, place):
    vote = Vote(min(reason, 3), head, signature)
    words = vote.packed()
    assert words.shape == (VOTE_WORDS,)
    assert unpacked(words) == vote
    words[place // 64] ^= np.uint64(1 << place % 64)
    try:
        assert unpacked(words) != vote
    except ValueError:
        assert place < 64 or place >= 64 + 8 * 200, "a head may be any bytes here; its signature is checked elsewhere"


# ledgers that are not what they were


@pytest.mark.parametrize("way", ["restored", "begun anew", "thrown away"])
def test_a_ledger_that_is_older_than_what_peers_have_seen_reveals_nothing(tmp_path, way):
    house = House(tmp_path, (3, 3))

    async def main(ctx, x):
        return await attempt(ctx, reveal_charged(ctx, x, privacy=Declared()))

    house.run(main)
    shutil.copy(house.file(0), tmp_path / "copy")
    house.run(main)
    house.file(0).unlink()
    if way == "restored":
        shutil.copy(tmp_path / "copy", house.file(0))
    elif way == "begun anew":
        Ledger.begin(house.file(0), signer(NAMES[0]), clock=house.clock).set_budget("salaries", budget(epsilon=3))
    else:
        house.budgets = (None, 3)
    mine = ("reveal-refused", NAMES[1]) if way == "thrown away" else ("ledger-restored", None)
    assert house.run(main) == [mine, ("ledger-older", NAMES[0])]
    assert house.accounts()[-1] == (2, 0)


@pytest.mark.parametrize("way", ["older", "another", "none"])
def test_a_vote_does_not_make_peers_forget_the_head_that_they_keep(tmp_path, way):
    house = House(tmp_path, (3, 3))
    first = Ledger(house.file(0), signer(NAMES[0]), clock=house.clock).head
    other = Ledger.begin(tmp_path / "other", signer(NAMES[0]), clock=house.clock).head
    votes_with = {"older": first.packed(), "another": other.packed(), "none": NO_HEAD}[way]

    class Rewinding(Guard):
        """Shows its ledger when all meet, and votes with another head that it has signed."""

        def consider(self, asked):
            super().consider(asked)
            self.head = lambda: votes_with

    async def main(ctx, x):
        if ctx.me == 0 and rewinding:
            as_kind(ctx, Rewinding)
        return await attempt(ctx, reveal_charged(ctx, x, privacy=Declared()))

    rewinding = False
    house.run(main)
    kept = house.kept(1, 0)
    rewinding = True
    found = house.run(main)
    if way == "older":
        assert found == [X.tolist()] * 2, "it may be that of a run beside this"
    else:
        assert found == [("commit-failed", NAMES[1]), ("ledger-older", NAMES[0])]
    assert house.kept(1, 0) == kept


def test_who_forgot_a_longer_ledger_learns_it_from_its_peer_though_it_is_longer_again(tmp_path):
    house = House(tmp_path, (3, 3))

    async def main(ctx, x):
        return await attempt(ctx, reveal_charged(ctx, x, privacy=Declared()))

    shutil.copy(house.file(0), tmp_path / "copy")
    house.run(main)
    shutil.copy(tmp_path / "copy", house.file(0))
    ledger = Ledger(house.file(0), signer(NAMES[0]), clock=house.clock)
    for _ in range(5):
        ledger.set_budget("salaries", budget(epsilon=3))
    ledger.close()
    assert house.run(main) == [("ledger-restored", None), ("reveal-refused", NAMES[0])]


def test_a_run_that_begins_and_ends_beside_another_is_no_older_ledger(tmp_path):
    house = House(tmp_path, (5, 5))

    async def beside(ctx, x):
        return await attempt(ctx, reveal_charged(ctx, x, privacy=Declared()))

    async def main(ctx, x):
        first = await beside(ctx, x)
        if ctx.me == 0:
            assert house.run(beside) == [X.tolist()] * 2
        return first, await beside(ctx, x)

    house.run(beside)
    assert house.run(main) == [(X.tolist(),) * 2] * 2
    assert house.accounts() == [(4, 0)] * 2


def test_the_command_holds_peers_against_what_was_kept_before_they_met(tmp_path):
    house = House(tmp_path, (5, 5))

    async def main(ctx, x):
        return await attempt(ctx, reveal_charged(ctx, x, privacy=Declared()))

    house.run(main)
    before = house.kept(0, 1)
    endpoints = [SimpleNamespace(certificate=identity(name).certificate) for name in NAMES[:2]]
    roster = SimpleNamespace(names=NAMES[:2], parties=2, endpoints=endpoints)
    guarding = Guarding(ledger=house.file(0), data="salaries")
    with guarding.opened(roster, 0, identity(NAMES[0]), "cd" * 32) as guards:
        house.run(main)
        guard = guards(SimpleNamespace(session=bytes(32)))
        assert guard.met == {1: before}
        guard.meet(1, before.packed(), NO_HEAD)
        with pytest.raises(PeerError, match="ledger-older"):
            guard.meet(1, NO_HEAD, NO_HEAD)


# policies


RULES = {
    "receiver": (Policy(to=frozenset({"party1"})), "policy-receiver"),
    "shape": (Policy(most_elements=2), "policy-shape"),
    "group": (Policy(smallest_group=2), "policy-group"),
    "program": (Policy(programs=frozenset({"ab" * 32})), "policy-program"),
    "epsilon": (Policy(most_epsilon=Fraction(1, 2)), "policy-amount"),
    "rho alone": (Policy(most_rho=Fraction(100)), "policy-amount"),
    "runs": (Policy(runs_a_day=0), "policy-runs"),
}


@pytest.mark.parametrize(("policy", "code"), RULES.values(), ids=RULES.keys())
def test_a_policy_refuses_by_each_of_its_rules_before_anything_is_spent(tmp_path, policy, code):
    house = House(tmp_path, (3, 3), (Policy(), policy))

    async def main(ctx, x):
        return await attempt(ctx, reveal_charged(ctx, x, privacy=Declared()))

    assert house.run(main) == [("reveal-refused", NAMES[1]), (code, None)]
    assert house.accounts() == [(0, 0), (0, 0)]


@pytest.mark.parametrize("rule", ["receiver", "shape", "group", "program", "runs"])
def test_a_policy_refuses_what_is_revealed_without_noise_too(tmp_path, rule):
    policy, code = RULES[rule]
    house = House(tmp_path, (3, 3), (policy, policy))

    async def main(ctx, x):
        return await attempt(ctx, mpc.reveal(ctx, x * x))

    assert house.run(main) == [(code, None)] * 2


def test_a_policy_bounds_what_all_values_of_a_reveal_cost_together(tmp_path):
    house = House(tmp_path, (3, 3), (Policy(most_epsilon=Fraction(1)),) * 2)

    async def main(ctx, x):
        return await attempt(ctx, reveal_charged(ctx, x, x * 2, privacy=Declared()))

    assert house.run(main) == [("policy-amount", None)] * 2
    assert house.accounts() == [(0, 0)] * 2


@pytest.mark.parametrize("rule", ["most_epsilon", "most_rho"])
@pytest.mark.parametrize(("most", "allowed"), [(None, False), (Fraction(1, 10**12), False), (Fraction(1, 2), True)])
def test_a_small_amount_is_none_beside_a_large_delta(rule, most, allowed):
    """With a delta of 1/2, half of all outputs may show anything."""
    asked = charge(**{rule.removeprefix("most_"): "0.1"}, delta="0.4999")
    output = Output((), "fixed", (0,), "survey.py:1", Range(0, 0), privacy=Declared(asked))
    policy = Policy(**{rule: Fraction(1, 2)}, most_delta=most)
    if allowed:
        policy.check(output, NAMES, "")
        return
    with pytest.raises(LocalError, match=r"policy-amount.*asks for delta 0\.4999.*most_delta = "):
        policy.check(output, NAMES, "")


def test_a_policy_can_insist_on_noise(tmp_path):
    house = House(tmp_path, (3, 3), (Policy(noise=True),) * 2)

    async def main(ctx, x):
        plain = await attempt(ctx, mpc.reveal(ctx, x))
        return plain, await attempt(ctx, reveal_charged(ctx, x, privacy=Declared()))

    assert house.run(main) == [(("policy-noise", None), X.tolist())] * 2


def test_runs_of_a_day_are_counted_by_the_ledger(tmp_path):
    house = House(tmp_path, (3, 3), (Policy(runs_a_day=2), Policy()))

    async def main(ctx, x):
        return await attempt(ctx, reveal_charged(ctx, x[:1], privacy=Declared(charge(epsilon="0.1"))))

    allowed = [[X[0]]] * 2
    assert [house.run(main), house.run(main)] == [allowed] * 2
    assert house.run(main) == [("policy-runs", None), ("reveal-refused", NAMES[0])]
    house.clock.now += 86_400
    assert house.run(main) == allowed


class Raced(Hasty):
    """Looks at nothing before it writes, as if the runs before had come in meanwhile."""

    def admit(self, output):
        pass


@pytest.mark.parametrize("noise", [True, False])
def test_runs_of_a_day_are_counted_once_more_where_nobody_else_can_write(tmp_path, noise):
    house = House(tmp_path, (3, 3), (Policy(runs_a_day=1), Policy()))

    async def main(ctx, x):
        as_kind(ctx, Raced)
        small = Declared(charge(epsilon="0.1"))
        return await attempt(ctx, reveal_charged(ctx, x, privacy=small) if noise else mpc.reveal(ctx, x))

    assert house.run(main) == [X.tolist()] * 2
    if noise:
        assert house.run(main) == [("policy-runs", None), ("reveal-refused", NAMES[0])]
        assert house.accounts() == [(Fraction(1, 10), 0)] * 2
        return

    async def alone(ctx, x):
        return await main(ctx, x) if ctx.me == 0 else None

    assert house.run(alone)[0] == ("policy-runs", None)


# costs


@pytest.mark.parametrize("n", [2, 3])
def test_the_two_phases_cost_what_they_declare_and_a_plan_counts_them(tmp_path, n):
    house = House(tmp_path, (3,) * n)

    async def charged(ctx, mine):
        if not ctx.planning:
            ctx.session.keeper = house.guard(ctx)
        x = await mpc.secret(ctx, 0, mine)
        await reveal_charged(ctx, x * x, privacy=Declared())

    async def plain(ctx, mine):
        x = await mpc.secret(ctx, 0, mine)
        await mpc.reveal(ctx, x * x)

    inputs = [X] + [None] * (n - 1)
    run = simulate(charged, inputs, check_costs=True).report
    planned, without = plan(charged, inputs).report, plan(plain, inputs).report
    assert (run.rounds, run.bytes_sent) == (planned.rounds, planned.bytes_sent)
    assert run.rounds - without.rounds == 4
    words = HEADS_WORDS + VOTE_WORDS + 2 * ANSWER_WORDS
    assert 0 < run.bytes_sent[0] - without.bytes_sent[0] - 8 * words * (n - 1) < 200 * (n - 1)


def test_parties_without_keepers_say_yes(tmp_path):
    async def main(ctx, mine):
        x = await mpc.secret(ctx, 0, mine)
        return (await reveal_charged(ctx, x, privacy=Declared())).tolist()

    assert simulate(main, [X, None]).results == [X.tolist()] * 2


def test_parties_that_mean_another_charge_are_noticed(tmp_path):
    house = House(tmp_path, (3, 3))

    async def main(ctx, x):
        own = Declared(charge(epsilon=1 + ctx.me))
        return await attempt(ctx, reveal_charged(ctx, x, privacy=own))

    assert house.run(main) == [("public-values-differ", NAMES[1]), ("public-values-differ", NAMES[0])]
    assert house.accounts() == [(0, 0)] * 2
