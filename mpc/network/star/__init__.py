"""A star: a server and clients that come and go, over the same frames, errors and identities as a mesh.

A program for it has two functions, `async def server(star)` and `async def client(star, mine)`; the names here are what
they work with.
"""

from mpc.network.star.backoff import Backoff
from mpc.network.star.client import StarClient
from mpc.network.star.events import Came, Delivery, Event, Joined, Left
from mpc.network.star.gathering import answers, assemble, gather
from mpc.network.star.limits import StarLimits
from mpc.network.star.memory import MemoryStar
from mpc.network.star.rounds import Quorum, Refused, Rounds
from mpc.network.star.server import StarServer

__all__ = [
    "Backoff",
    "Came",
    "Delivery",
    "Event",
    "Joined",
    "Left",
    "MemoryStar",
    "Quorum",
    "Refused",
    "Rounds",
    "StarClient",
    "StarLimits",
    "StarServer",
    "answers",
    "assemble",
    "gather",
]
