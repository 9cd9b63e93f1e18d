"""Transfers of messages from correlated ones, many at once: random, chosen, one of many.

`cot` is one end of an extension (`protocols.ot.correlated`); every call extends it by as many correlations as it needs.
A hash that keeps its strength when inputs differ by delta breaks the correlation: TCCR of Guo, Katz, Wang, Yu, IEEE S&P
2020, whose keys and tweaks follow from the correlation's number and the block (`protocols.ot.pads`). As secure as the
extension.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mpc.accounts.cost import cost
from mpc.algebra import bits
from mpc.algebra.bits import words_for
from mpc.algebra.ring import U64, Words
from mpc.context import Context, Spec
from mpc.errors import LocalError
from protocols.ot.correlated import CotReceiver, CotSender, bit_masks, check_choices, take
from protocols.ot.pads import MAX_LENGTH, pads

End = CotSender | CotReceiver


@dataclass(frozen=True, slots=True)
class _Masks:
    """What masks messages of `width` words, `many` for each label."""

    start: Words
    width: int
    many: int = 1

    def __post_init__(self) -> None:
        if self._words > MAX_LENGTH:
            raise LocalError(
                "wrong-parameter", f"{self.many} messages of {self.width} words",
                "send a key for each, and the messages under it",
            )  # fmt: skip

    @property
    def _each(self) -> int:
        """Words of a pad for one message: whole blocks."""
        return self.width + self.width % 2

    @property
    def _words(self) -> int:
        return self.many * self._each

    def of(self, labels: Words, first: int, offset: Words | None = None, index: int = 0) -> Words:
        """Masks number `index` of labels (count, 2) ^ offset, a run that begins with number `first`: (count, width)."""
        return pads(labels, offset, self.start, first, self._words, (0, index * self._each, self.width))


def _pairs(masks: _Masks, cot: CotSender, labels: Words, first: int) -> Words:
    """The sender's masks for both choices, of q and of q ^ delta: (count, 2, width)."""
    return np.stack([masks.of(labels, first), masks.of(labels, first, cot.delta)], axis=1)


# random transfers


@cost(
    rounds=lambda cot, count, width=2: cot.rounds(count), to_one=lambda cot, count, width=2: cot.words(count),
    call_name="random_ot", parties=2,
)  # fmt: skip
async def random_send(ctx: Context, cot: CotSender, count: int, width: int = 2) -> Words:
    """Two random messages of `width` words for each of `count` transfers: (count, 2, width)."""
    masks, first = _Masks(cot.start, width), cot.made
    return _pairs(masks, cot, await cot.extend(ctx, count), first)


@cost(
    rounds=lambda cot, count, width=2: cot.rounds(count), to_one=lambda cot, count, width=2: cot.words(count),
    call_name="random_ot", parties=2,
)  # fmt: skip
async def random_receive(ctx: Context, cot: CotReceiver, count: int, width: int = 2) -> tuple[Words, Words]:
    """Random choices, packed, and for each the message that it stands for: (count, width)."""
    masks, first = _Masks(cot.start, width), cot.made
    choices, labels = await cot.extend(ctx, count)
    return choices, masks.of(labels, first)


# chosen choices: correlations whose choice bits are given. Beaver, CRYPTO 1995: a bit for each says where to turn.


async def _chosen_sender(ctx: Context, cot: CotSender, count: int) -> Words:
    """Labels q such that the receiver's are q ^ b delta, for the choices b that it has chosen."""
    labels = await cot.extend(ctx, count)
    turns = await ctx.receive(cot.peer, Spec((words_for(count),)))
    return labels ^ (bit_masks(turns, count)[:, None] & cot.delta)


async def _chosen_receiver(ctx: Context, cot: CotReceiver, choices: Words, count: int) -> Words:
    """Send b ^ c: the choices are masked by random ones."""
    random, labels = await cot.extend(ctx, count)
    ctx.send(cot.peer, random ^ choices)
    return labels


def _chosen_rounds(cot: End, count: int) -> int:
    """An extension, the receiver's turns, the sender's answer; turns go with what the receiver sends last."""
    extension = cot.rounds(count)
    return extension + (2 if cot.last_to_receiver or not extension else 1)


def _chosen_words(cot: End, count: int) -> int:
    return cot.words(count) + words_for(count)


@cost(
    rounds=lambda cot, messages: _chosen_rounds(cot, len(messages)),
    to_one=lambda cot, messages: _chosen_words(cot, len(messages)) + messages.size,
    call_name="chosen_ot", parties=2,
)  # fmt: skip
async def send(ctx: Context, cot: CotSender, messages: Words) -> None:
    """Offers two messages of `width` words for each transfer, (count, 2, width); the receiver gets one of each."""
    count, _, width = messages.shape
    masks, first = _Masks(cot.start, width), cot.made
    labels = await _chosen_sender(ctx, cot, count)
    ctx.send(cot.peer, messages ^ _pairs(masks, cot, labels, first))


@cost(
    rounds=lambda cot, choices, count, width: _chosen_rounds(cot, count),
    to_one=lambda cot, choices, count, width: _chosen_words(cot, count) + 2 * count * width,
    call_name="chosen_ot", parties=2,
)  # fmt: skip
async def receive(ctx: Context, cot: CotReceiver, choices: Words, count: int, width: int) -> Words:
    """The messages that `count` packed choices stand for: (count, width). LocalError `wrong-choices`."""
    check_choices(choices, count)
    masks, first = _Masks(cot.start, width), cot.made
    labels = await _chosen_receiver(ctx, cot, choices, count)
    offered = await ctx.receive(cot.peer, Spec((count, 2, width)))
    return take(bit_masks(choices, count), offered[:, 1], offered[:, 0]) ^ masks.of(labels, first)


# one of many


def _depth(many: int) -> int:
    if many < 2 or many & many - 1:
        raise LocalError("wrong-parameter", f"one of {many} messages", "offer a power of two, 2 or more")
    return many.bit_length() - 1


@cost(
    rounds=lambda cot, messages: _chosen_rounds(cot, len(messages) * _depth(messages.shape[1])),
    to_one=lambda cot, messages: _chosen_words(cot, len(messages) * _depth(messages.shape[1])) + messages.size,
    call_name="one_of_many_ot", parties=2,
)  # fmt: skip
async def many_send(ctx: Context, cot: CotSender, messages: Words) -> None:
    """Offers N messages for each transfer, N a power of two: (count, N, width).

    Naor, Pinkas, STOC 1999: log2 N transfers for each; message v is masked by a hash of one label for each bit of v.
    """
    count, many, width = messages.shape
    depth = _depth(many)
    masks, first = _Masks(cot.start, width, many), cot.made
    labels = await _chosen_sender(ctx, cot, count * depth)
    masked = messages.copy()
    for v in range(many):
        for level in range(depth):
            own = slice(level * count, (level + 1) * count)
            offset = cot.delta if v >> level & 1 else None
            masked[:, v] ^= masks.of(labels[own], first + level * count, offset, v)
    ctx.send(cot.peer, masked)


@cost(
    rounds=lambda cot, choices, many, width: _chosen_rounds(cot, len(choices) * _depth(many)),
    to_one=lambda cot, choices, many, width: _chosen_words(cot, len(choices) * _depth(many))
    + len(choices) * many * width,
    call_name="one_of_many_ot", parties=2,
)  # fmt: skip
async def many_receive(ctx: Context, cot: CotReceiver, choices: Words, many: int, width: int) -> Words:
    """The messages at places `choices`, words (count,) from 0 to N - 1, of N offered: (count, width)."""
    count, depth = len(choices), _depth(many)
    if choices.ndim != 1 or choices.dtype != np.uint64 or (choices >= many).any():
        raise LocalError("wrong-choices", f"expected a flat array of words below {many}", "places count from 0")
    levels = np.concatenate([(choices >> np.uint64(level)) & np.uint64(1) for level in range(depth)])
    masks, first = _Masks(cot.start, width, many), cot.made
    labels = await _chosen_receiver(ctx, cot, bits.pack(levels.astype(np.uint8)), count * depth)
    offered = await ctx.receive(cot.peer, Spec((count, many, width)))
    result = np.zeros((count, width), U64)
    for v in range(many):
        here = np.uint64(0) - (choices == v).astype(U64)
        message = offered[:, v].copy()
        for level in range(depth):
            own = labels[level * count : (level + 1) * count]
            message ^= masks.of(own, first + level * count, index=v)
        result ^= here[:, None] & message
    return result
