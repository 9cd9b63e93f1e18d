"""A secure sum on a star: the server's program drives a round with whoever is there, and each client answers in it.

Tags begin with the numbers of the round and of the step, counted among those that the plan has, so that
`mpc.star.Rounds` sorts out what is late, twice, or of another round. The server opens a round with a message of the
program's, or an empty one.
Who does not answer in time, goes away, or comes back on another connection is out of this sum, and in the next.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import aclosing

import trio

from mpc.errors import PeerError
from mpc.network.star.client import StarClient
from mpc.network.star.events import Payload
from mpc.network.star.gathering import answers
from mpc.network.star.rounds import Rounds
from mpc.network.star.server import StarServer
from mpc.prg import Seed
from protocols.aggregation.client_bbglr20 import Client
from protocols.aggregation.graphs_bbglr20 import random_order
from protocols.aggregation.refusals import malformed, other_round, out_of_order, too_many
from protocols.aggregation.revocations import Revocations
from protocols.aggregation.server_bbglr20 import Server
from protocols.aggregation.terms import Step, Terms


async def sum_at_server(
    star: StarServer,
    rounds: Rounds,
    terms: Terms,
    *,
    seconds: float,
    first_seconds: float | None = None,
    opening: Payload = b"",
    members: Iterable[str] | None = None,
    authority: bytes | None = None,
    now: int = 0,
    revocations: Revocations | None = None,
) -> Server:
    """The next round of `rounds`, to its end: a server whose `total` and `survivors` are there.

    `terms.round` is the number that the round gets; `members` are those who are told to take part by the program; if
    None, all that are here, or so many of them as the plan has, drawn at random; the others wait for another round.
    Each step lasts `seconds` at most, and the first one `first_seconds`, where clients have work to do before it, of
    which the program tells them in the `opening`, a broadcast. A client whose message is refused is parted with, by
    that error's code, and the round goes on. PeerErrors as of `Server.advance`, and `quorum-missed`; LocalError
    `aggregation-order` where the rounds are at another number, `aggregation-plan` for more members than the plan has.
    The rest as of `Server`.

    Rounds: as many as the plan has steps. Bytes: `step_bytes`.
    """
    if rounds.number + 1 != terms.round:
        raise out_of_order(f"the star's next round is {rounds.number + 1}, and the terms are of round {terms.round}")
    first = seconds if first_seconds is None else first_seconds
    invited = rounds.begin(trio.current_time(), first, _chosen(rounds, terms, members))
    server = Server(terms, invited=invited, authority=authority, now=now, revocations=revocations)
    there = [name for name in invited if star.clients.get(name) == rounds.members[name]]
    star.broadcast((terms.round, 0), opening, to=there)
    while (step := server.step) is not None:
        await _one_step(star, rounds, server, step)
        rounds.close()
        messages = await trio.to_thread.run_sync(server.advance)
        tag = terms.round, terms.steps.index(step) + 1
        for name in list(messages):  # each is let go as soon as its client has it
            star.send(name, tag, messages.pop(name), connection=rounds.members[name])
        if server.step is not None:
            rounds.next_step(trio.current_time(), seconds)
    return server


def _chosen(rounds: Rounds, terms: Terms, members: Iterable[str] | None) -> list[str]:
    """Who takes part."""
    most = terms.plan.clients
    if members is not None:
        named = list(dict.fromkeys(members))
        if len(named) > most:
            raise too_many(len(named), most)
        return named
    here = rounds.here
    order = random_order(len(here), Seed.fresh().prg("members of a round")) if len(here) > most else range(len(here))
    return [here[i] for i in order[:most]]


async def _one_step(star: StarServer, rounds: Rounds, server: Server, step: Step) -> None:
    async with aclosing(answers(star, rounds)) as coming:  # type: ignore[type-var]
        async for came in coming:
            try:
                server.receive(came.client, step, came.view)
            except PeerError as error:
                rounds.lose(came.client)
                star.part_with(came.client, error.code, error.cause)


async def sum_at_client(star: StarClient, client: Client, *, seconds: float | None = None) -> None:
    """A client's part in the round that its terms name, from the server's opening message to the end.

    `seconds`: how long to wait for the server in each step, at most. What is left of earlier rounds is passed over.
    Where the server has begun a later round this one is over: PeerError `aggregation-other-round`, and the star gives
    that round's opening message once more. Other errors as of `Client`, which the star passes on to the server by their
    codes, and as of `StarClient.receive`.
    """
    for index in range(len(client.terms.steps)):
        body = await _next(star, client.terms, index, seconds)
        answer = await trio.to_thread.run_sync(client.answer, body) if index else client.advertise()
        await star.send((client.terms.round, index), answer)


async def _next(star: StarClient, terms: Terms, index: int, seconds: float | None) -> bytes:
    """The server's message that this step answers."""
    until = None if seconds is None else trio.current_time() + seconds
    while True:
        delivery = await star.receive(None if until is None else until - trio.current_time())
        tag = delivery.tag
        if tag == (terms.round, index):
            return delivery.content
        if len(tag) != 2 or tag[0] == terms.round or (tag[0] > terms.round and tag[1]):
            raise malformed(terms.server, f"a message {tag} where {(terms.round, index)} is due")
        if tag[0] > terms.round:
            star.put_back(delivery)
            raise other_round(terms.server, tag[0], terms.round)
