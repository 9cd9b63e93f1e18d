"""Products of a bit and words, and of bits, from correlated transfers.

Asharov, Lindell, Schneider, Zohner, CCS 2013: correlated and random transfers, and AND triples of the latter; products
of words, bit by bit, Gilboa, CRYPTO 1999. `cot` is one end of an extension. Whoever wants products first takes
correlations, whose choices are random or given, and then makes one call for what it does with them: the next
correlations can be on their way meanwhile. As secure as the extension.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import prod

import numpy as np

from mpc.accounts.cost import cost
from mpc.algebra.bits import words_for
from mpc.algebra.ring import U64, Words
from mpc.context import Context, Spec
from mpc.errors import LocalError
from protocols.ot.correlated import CotReceiver, CotSender, check_choices
from protocols.ot.groups import Group
from protocols.ot.pads import (
    MAX_LENGTH,
    check_groups,
    pad_planes,
    plane_words,
    receiver_products,
    sender_products,
)
from protocols.ot.wide_products import wide_receiver_products, wide_sender_products

_SEND_WORK = 16
_RECEIVE_WORK = 8
"""What a word takes, in the multiply-adds of `Context.off_loop`."""

_GO_ON: Words = np.empty(0, U64)


@dataclass(frozen=True, slots=True)
class Sent:
    """The sender's part of correlations whose numbers begin with `first`: labels, (count, 2).

    turns: a packed bit for each, 1 where the receiver has chosen the other of the two labels; None: it chose none.
    """

    first: int
    labels: Words = field(repr=False)
    turns: Words | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Received:
    """The receiver's part: labels, (count, 2), and its choices, packed."""

    first: int
    labels: Words = field(repr=False)
    choices: Words = field(repr=False)


# correlations, the choices random or given


def _random_rounds(cot: CotSender | CotReceiver, count: int) -> int:
    """An extension, and before one whose messages go to the receiver, a message that it is ready."""
    return cot.rounds(count) + (1 if cot.last_to_receiver else 0)


@cost(
    rounds=_random_rounds, to_one=lambda cot, count: cot.words(count), call_name="random_choices", parties=2,
)  # fmt: skip
async def random_choices_send(ctx: Context, cot: CotSender, count: int) -> Sent:
    """Fresh correlations. Where the receiver sends nothing for them it says that it is ready: no end runs ahead."""
    if cot.last_to_receiver:
        await ctx.receive(cot.peer, Spec((0,)))
    first = cot.made
    return Sent(first, await cot.extend(ctx, count), None)


@cost(
    rounds=_random_rounds, to_one=lambda cot, count: cot.words(count), call_name="random_choices", parties=2,
)  # fmt: skip
async def random_choices_receive(ctx: Context, cot: CotReceiver, count: int) -> Received:
    """Fresh correlations with random choices."""
    if cot.last_to_receiver:
        ctx.send(cot.peer, _GO_ON)
    first = cot.made
    choices, labels = await cot.extend(ctx, count)
    return Received(first, labels, choices)


def _chosen_rounds(cot: CotSender | CotReceiver, count: int) -> int:
    """An extension; the receiver's turns go with what it sends last in it, if that is the last message."""
    extension = cot.rounds(count)
    return extension + (1 if cot.last_to_receiver or not extension else 0)


@cost(
    rounds=_chosen_rounds, to_one=lambda cot, count: cot.words(count) + words_for(count),
    call_name="given_choices", parties=2,
)  # fmt: skip
async def given_choices_send(ctx: Context, cot: CotSender, count: int) -> Sent:
    """Fresh correlations, and where the receiver turns its random choices to its own. Beaver, CRYPTO 1995."""
    first = cot.made
    labels = await cot.extend(ctx, count)
    return Sent(first, labels, await ctx.receive(cot.peer, Spec((words_for(count),))))


@cost(
    rounds=lambda cot, choices, count: _chosen_rounds(cot, count),
    to_one=lambda cot, choices, count: cot.words(count) + words_for(count),
    call_name="given_choices", parties=2,
)  # fmt: skip
async def given_choices_receive(ctx: Context, cot: CotReceiver, choices: Words, count: int) -> Received:
    """Fresh correlations with these choices, packed: b ^ c is sent, masked by the random c."""
    check_choices(choices, count)
    first = cot.made
    random, labels = await cot.extend(ctx, count)
    ctx.send(cot.peer, random ^ choices)
    return Received(first, labels, choices)


# products of a bit and words


@cost(
    rounds=1,
    to_one=lambda cot, held, x, groups, targets=1, words=1: plane_words(groups, prod(_sides(x, words))),
    call_name="products", parties=2,
)  # fmt: skip
async def product_send(
    ctx: Context, cot: CotSender, held: Sent, x: Words, groups: Sequence[Group], targets: int = 1, words: int = 1
) -> Words:
    """Shares of sums of products b x, (targets, count, length), for choices b of the receiver and the sender's words x.

    `held` has `count` correlations for each group, group after group. x is (count, length), the same for all groups, or
    (groups, count, length). In its target a group's products modulo 2^width count 2^shift times, for which only
    `width` bits of each word travel, bit-sliced. What both get adds up to the sums modulo 2^(width + shift).
    With two `words`, x and shares have elements of so many in a last axis. LocalError `wrong-parameter`.
    """
    count, length = _sides(x, words)
    _check(held.labels, groups, targets, count, length, words)
    shares = _zeros(targets, count, length, words)
    work = len(groups) * shares[0].size * _SEND_WORK
    send = sender_products if words == 1 else wide_sender_products
    x = np.ascontiguousarray(x)
    corrections = await ctx.off_loop(
        work, send, held.labels, held.turns, cot.delta, x, cot.start, held.first, groups, shares
    )
    ctx.send(cot.peer, corrections)
    return shares


@cost(
    rounds=1,
    to_one=lambda cot, held, count, length, groups, targets=1, words=1: plane_words(groups, count * length),
    call_name="products", parties=2,
)  # fmt: skip
async def product_receive(
    ctx: Context, cot: CotReceiver, held: Received, count: int, length: int, groups: Sequence[Group], targets: int = 1,
    words: int = 1,
) -> Words:  # fmt: skip
    """The receiver's shares, (targets, count, length), or with two `words` (targets, count, length, 2)."""
    _check(held.labels, groups, targets, count, length, words)
    corrections = await ctx.receive(cot.peer, Spec((plane_words(groups, count * length),)))
    shares = _zeros(targets, count, length, words)
    work = len(groups) * shares[0].size * _RECEIVE_WORK
    receive = receiver_products if words == 1 else wide_receiver_products
    await ctx.off_loop(work, receive, held.labels, held.choices, corrections, cot.start, held.first, groups, shares)
    return shares


def _sides(x: Words, words: int) -> tuple[int, int]:
    """How many choices a group has, and the elements that each is multiplied by."""
    count, length = x.shape[-2:] if words == 1 else x.shape[-3:-1]
    return count, length


def _zeros(targets: int, count: int, length: int, words: int) -> Words:
    return np.zeros((targets, count, length) if words == 1 else (targets, count, length, words), U64)


def _check(labels: Words, groups: Sequence[Group], targets: int, count: int, length: int, words: int) -> None:
    check_groups(groups, targets, words)
    if len(labels) != len(groups) * count or length * words > MAX_LENGTH:
        raise LocalError(
            "wrong-parameter", f"{len(groups)} groups of {count} products with {length} words, {len(labels)} labels",
            f"take a label for each product of a group; rows are of at most {MAX_LENGTH} words",
        )  # fmt: skip


# products of bits


async def random_ands_send(ctx: Context, cot: CotSender, held: Sent, rows: int) -> tuple[Words, Words]:
    """Random bits x, (rows, words) packed, and shares of their products with the receiver's choices; local.

    For each choice c there are `rows` <= 64 bits: the receiver has a bit of the pad of its label, m_c, and the sender
    both, m_0 and m_1. With x = m_0 ^ m_1 and m_0 as the sender's share, both shares make up c x.
    """
    zero, one = await _both_pads(ctx, cot, held, rows)
    return zero ^ one, zero


async def random_ands_receive(ctx: Context, cot: CotReceiver, held: Received, rows: int) -> Words:
    """The receiver's shares, (rows, words)."""
    work = len(held.labels) * _RECEIVE_WORK
    return await ctx.off_loop(work, pad_planes, held.labels, None, cot.start, held.first, rows)


@cost(
    rounds=1, to_one=lambda cot, held, x: x.size, call_name="ands", parties=2,
)  # fmt: skip
async def and_send(ctx: Context, cot: CotSender, held: Sent, x: Words) -> Words:
    """Shares, (rows, words), of the products of the sender's bits x, packed (rows, words), with the choices."""
    zero, one = await _both_pads(ctx, cot, held, len(x))
    ctx.send(cot.peer, zero ^ one ^ x)
    return zero if held.turns is None else zero ^ (held.turns & (zero ^ one))


@cost(
    rounds=1, to_one=lambda cot, held, rows: rows * words_for(len(held.labels)), call_name="ands", parties=2,
)  # fmt: skip
async def and_receive(ctx: Context, cot: CotReceiver, held: Received, rows: int) -> Words:
    """The receiver's shares, (rows, words)."""
    own = await random_ands_receive(ctx, cot, held, rows)
    return own ^ (held.choices & await ctx.receive(cot.peer, Spec(own.shape)))


async def _both_pads(ctx: Context, cot: CotSender, held: Sent, rows: int) -> tuple[Words, Words]:
    if not 0 <= rows <= 64:
        raise LocalError("wrong-parameter", f"{rows} bits for each choice", "a choice has up to 64 bits")
    work = len(held.labels) * _SEND_WORK

    def make() -> tuple[Words, Words]:
        zero = pad_planes(held.labels, None, cot.start, held.first, rows)
        return zero, pad_planes(held.labels, cot.delta, cot.start, held.first, rows)

    return await ctx.off_loop(work, make)
