"""Trainings on a star in memory: a server, honest clients, and clients that a test drives."""

from __future__ import annotations

import trio
import trio.testing
from federations import model, rows

from mpc import federated
from mpc.network.star import Backoff, MemoryStar, StarLimits
from protocols.federated.joining import take_part
from protocols.federated.member import Member

LIMITS = StarLimits(joins_per_minute=1e9, messages_per_minute=1e9)
SOON = Backoff(0.02, 0.05, 0.4)
QUICK = federated.Waiting(more=30.0, most=40.0)
"""Rounds begin with all clients, however slow the machine is."""
SHORT = federated.Waiting(more=2.0, most=40.0)
"""For who will not come again."""
ALL_ROWS = federated.FedAvg(local=federated.Local(batch=None, rate=0.3))
DATA = [rows(20 + 10 * number, number) for number in range(6)]


def federation(**options):
    """Of six clients, two of whom may vanish; all rows in a batch, so that nothing but rounding is left to chance."""
    asked = {"clients": 6, "rounds": 3, "strategy": ALL_ROWS, "dropouts": 0.34, "corrupted": 0.0, **options}
    return federated.Federation(**asked)


def member(agreed_on, number, data=DATA, made=model, **options):
    """A client without a line."""
    own = made()
    return Member(f"client-{number}", agreed_on.agreed(own), own, data[number], **options)


class Run:
    """A server, and a task for each client: an honest one, or what `others` has in the place of its number.

    `served` is what the server had at the end; `told`: what each client ended with, a result or an error.
    """

    def __init__(self, agreed_on, data=DATA, *, others=None, made=model, client_options=None, **options):
        self.federation, self.data, self.others, self.made = agreed_on, data, others or {}, made
        self.options, self.client_options = {"waiting": QUICK, **options}, client_options or {}
        self.reports, self.told, self.served, self.error = [], {}, None, None
        self.place = MemoryStar(limits=LIMITS)

    def __call__(self):
        trio.run(self.main)
        return self

    async def main(self):
        with trio.fail_after(60):
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self.serve)
                await trio.testing.wait_all_tasks_blocked()
                for number in range(len(self.data)):
                    nursery.start_soon(self.client, number)

    async def serve(self):
        try:
            async with self.place.serve() as star:
                self.served = await federated.serve(
                    star, self.made(), self.federation, on_round=self.reports.append, **self.options
                )
        except Exception as error:
            self.error = error

    async def client(self, number):
        try:
            async with self.place.dial(f"client-{number}", backoff=SOON) as star:
                if number in self.others:
                    self.told[number] = await self.others[number](star, self)
                else:
                    own = {name: values[number] for name, values in self.client_options.items()}
                    self.told[number] = await federated.join(
                        star, self.made(), self.data[number], self.federation, **own
                    )
        except Exception as error:
            self.told[number] = error


def drop(number, at):
    """A client that loses its line in the place of its answer to each tag that `at` says, and is in the next round."""

    async def client(star, run):
        return await take_part(star, member(run.federation, number, run.data, run.made), leaves=at)

    return client
