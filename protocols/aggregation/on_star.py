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
from protocols.aggregation.client_bbglr20 import Client
from protocols.aggregation.refusals import malformed, out_of_order
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
) -> Server:
    """The next round of `rounds`, to its end: a server whose `total` and `survivors` are there.

    `terms.round` is the number that the round gets; `members` are those who are told to take part by the program, all
    that are here if None. Each step lasts `seconds` at most, and the first one `first_seconds`, where clients have work
    to do before it, of which the program tells them in the `opening`, a broadcast. A client whose message is refused is
    parted with, by that error's code, and the round goes on. PeerErrors as of `Server.advance`, and `quorum-missed`;
    LocalError `aggregation-order` where the rounds are at another number. The rest as of `Server`.

    Rounds: as many as the plan has steps. Bytes: `step_bytes`.
    """
    if rounds.number + 1 != terms.round:
        raise out_of_order(f"the star's next round is {rounds.number + 1}, and the terms are of round {terms.round}")
    invited = rounds.begin(trio.current_time(), seconds if first_seconds is None else first_seconds, members)
    server = Server(terms, invited=invited, authority=authority, now=now)
    there = [name for name in invited if star.clients.get(name) == rounds.members[name]]
    star.broadcast((terms.round, 0), opening, to=there)
    while (step := server.step) is not None:
        await _one_step(star, rounds, server, step)
        rounds.close()
        messages = await trio.to_thread.run_sync(server.advance)
        tag = terms.round, terms.steps.index(step) + 1
        for name, body in messages.items():
            star.send(name, tag, body, connection=rounds.members[name])
        if server.step is not None:
            rounds.next_step(trio.current_time(), seconds)
    return server


async def _one_step(star: StarServer, rounds: Rounds, server: Server, step: Step) -> None:
    async with aclosing(answers(star, rounds)) as coming:  # type: ignore[type-var]
        async for came in coming:
            try:
                server.receive(came.client, step, came.content)
            except PeerError as error:
                star.part_with(came.client, error.code, error.cause)


async def sum_at_client(star: StarClient, client: Client, *, seconds: float | None = None) -> None:
    """A client's part in the round that its terms name, from the server's opening message to the end.

    `seconds`: how long to wait for the server in each step, at most. Errors as of `Client`, which the star passes on to
    the server by their codes, and as of `StarClient.receive`.
    """
    for index in range(len(client.terms.steps)):
        delivery, tag = await star.receive(seconds), (client.terms.round, index)
        if delivery.tag != tag:
            raise malformed(client.terms.server, f"a message {delivery.tag} where {tag} is due")
        if index:
            answer = await trio.to_thread.run_sync(client.answer, delivery.content)
        else:
            answer = client.advertise()
        await star.send(tag, answer)
