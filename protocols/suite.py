"""The interface that every arithmetic suite offers; numerics, learning and users see nothing else.

A suite belongs to a session. Its factory, which is stateless and known by name, starts it with a context; the suite
then holds what lives as long as the session: keys, counters, openings that are not checked yet. Every `async` function
may communicate; each states its cost where it is defined. Arrays of any shape, a scalar is shape (). Elements of Z_2^k
are read as signed, bits as 0 and 1.

What a suite must offer is `Required`; the rest it has from `protocols.derived`, or does in its own way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from mpc.algebra.words import Words
from mpc.context import Context
from mpc.errors import LocalError
from protocols.shares import A, ArithmeticShare, B, BooleanShare, Shape

REVEALED = "what was revealed"


class Required(Protocol[A, B]):
    """What cannot be had from anything else, on [x] and on packed bits <x>, held as this suite's shares A and B."""

    # share
    def constant(self, ctx: Context, words: Words) -> A:
        """[c] of ring elements that everybody knows. Local."""

    def constant_bits(self, ctx: Context, words: Words, shape: Shape) -> B:
        """<c> of packed bits that everybody knows. Local."""

    async def input(self, ctx: Context, owner: int, words: Words | None, shape: Shape) -> A:
        """[x] of ring elements of this shape that `owner` alone passes."""

    async def input_bits(self, ctx: Context, owner: int, words: Words | None, shape: Shape) -> B:
        """<x> of packed bits for an array of this shape that `owner` alone passes."""

    async def open(self, ctx: Context, *shares: A) -> list[Words]:
        """Everybody learns each x."""

    async def open_bits(self, ctx: Context, x: B) -> Words:
        """Everybody learns x, as packed words."""

    async def open_to(self, ctx: Context, to: int, x: A) -> Words | None:
        """Party `to` learns x; the others get None."""

    async def open_bits_to(self, ctx: Context, to: int, x: B) -> Words | None:
        """Party `to` learns x, as packed words; the others get None."""

    async def random(self, ctx: Context, shape: Shape) -> A:
        """[r], uniformly random, known to nobody."""

    # arithmetic
    async def mul(self, ctx: Context, x: A, y: A) -> A:
        """[x * y], elementwise, broadcasting like numpy."""

    async def matmul(self, ctx: Context, x: A, y: A) -> A:
        """[x @ y], two dimensions or more."""

    # boolean
    async def and_(self, ctx: Context, x: B, y: B) -> B:
        """<x & y>, words broadcasting like numpy."""

    def not_(self, ctx: Context, x: B) -> B:
        """<~x>. Local."""

    def xor_public(self, ctx: Context, x: B, public: Words) -> B:
        """<x ^ public>. Local."""

    # convert
    async def a2b(self, ctx: Context, x: A, width: int) -> B:
        """<x_0 .. x_{width-1}>: the low bits of [x] as planes."""

    async def bits_to_ring(self, ctx: Context, x: B) -> A:
        """[x_i] for each plane i: shape (planes, *x.shape), or x.shape for words of one plane without a plane axis."""

    # truncate
    async def truncate(self, ctx: Context, x: A, shift: int) -> A:
        """[x / 2^shift], rounded to one of the two neighbouring integers; |x| < 2^(k-2)."""


class Suite(Required[A, B], Protocol[A, B]):
    """All that a started suite offers."""

    shuffle: ClassVar[Any]
    garbled: ClassVar[Any]
    garblers_bits: ClassVar[Any]
    garbled_by_several: ClassVar[Any]
    garbled_numbers: ClassVar[Any]
    by_summands: ClassVar[Any]
    by_pieces: ClassVar[Any]
    look_up: ClassVar[Any]
    weighted_bits: ClassVar[Any]
    choose: ClassVar[Any]
    mul_truncate: ClassVar[Any]
    matmul_truncate: ClassVar[Any]
    and_many: ClassVar[Any]
    reached: ClassVar[Any]
    compared_at_once: ClassVar[Any]
    times_masked: ClassVar[Any]
    keep_rows: ClassVar[Any]
    times_past: ClassVar[Any]

    async def settle(self, ctx: Context) -> None:
        """Check all that was opened so far and is not checked yet; Abort if someone cheated.

        Runs before an output leaves and before goodbye. No round where every party is taken to follow the protocol.
        """

    async def square(self, ctx: Context, x: A) -> A:
        """[x * x], elementwise."""

    async def inner(self, ctx: Context, x: A, y: A) -> A:
        """[sum of x * y over the last axis]."""

    async def or_(self, ctx: Context, x: B, y: B) -> B:
        """<x | y>."""

    async def random_bits(self, ctx: Context, shape: Shape, planes: Shape = ()) -> B:
        """<r>, uniformly random, known to nobody; with these leading axes of planes."""

    async def b2a(self, ctx: Context, x: B) -> A:
        """[x] from its bit planes, read as an unsigned number."""

    async def msb(self, ctx: Context, x: A) -> B:
        """<x < 0>."""

    async def below(self, ctx: Context, x: A, thresholds: Words) -> B:
        """<x < t> for each of m public thresholds, planes (m, words): one opened mask serves them all."""

    async def is_zero(self, ctx: Context, x: A) -> B:
        """<x == 0>."""

    async def select(self, ctx: Context, c: A, x: A, y: A) -> A:
        """[x where c = 1, y where c = 0]; c holds 0 and 1 only."""


NO_TWO = "none"
"""Of `About.colluding`: any two parties together read everything."""


@dataclass(frozen=True, slots=True)
class About:
    """What a suite is chosen by, known before any session; the texts are for people.

    `parties`: how many it is for, None for any number from two on; `because`: why no other number. `colluding`: who may
    put together what they see, and still learn nothing more, NO_TWO where no two may. `material`: what its operations
    take that is made before them, "" for nothing. `quick`: what it is quick at. `garbles`: whether it has garbled
    circuits.
    """

    colluding: str
    material: str
    quick: str
    parties: int | None = None
    because: str = ""
    garbles: bool = True


class Factory(Protocol):
    """A suite by name, before any session.

    `about`: what it is for. `remembers`: whether its suites keep anything of a call that has ended, as openings to
    check. Then what settling costs depends on all calls before it, and a plan runs each of them.
    """

    name: str
    simulation_only: bool
    remembers: bool
    about: About

    def security(self, n: int, learnt: str = REVEALED) -> str:
        """One sentence: secure against what, who must not collude, and that nothing but this is `learnt`."""

    async def start(self, ctx: Context) -> Suite[Any, Any]:
        """The suite of this session; may communicate. LocalError `unfit-session` for a ring or a number of parties that
        it is not made for."""


IN_WORDS = {2: "two", 3: "three"}


def check_parties(suite: Factory, n: int) -> None:
    """LocalError `unfit-session` for another number of parties than the suite is made for."""
    meant = suite.about.parties
    if meant not in (None, n):
        remedy = f"it is for {IN_WORDS[meant]}: {suite.about.because}; beaver is for any number"
        raise LocalError("unfit-session", f"the suite {suite.name} among {n} parties", remedy)


AnySuite = Suite[ArithmeticShare, BooleanShare]


def suite_of(ctx: Context) -> AnySuite:
    """The suite of this run, as those see it who may not look into its shares."""
    suite: AnySuite = ctx.suite
    return suite
