"""Random orders, and permutation networks: what moves records about in an order that one party knows. All local.

An order says of each place which record comes there: y[i] = x[order[i]]. It follows from random keys, which sort it.

A Benes network (Bell System Technical Journal 43, 1964) brings 2^k wires into any order by 2k - 1 layers of switches.
The switches of a layer join wires at one distance; from layer to layer these are 2^(k-1), ..., 2, 1, 2, ..., 2^(k-1).
"""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from mpc.algebra.words import Words

Order = npt.NDArray[np.int64]
Switches = npt.NDArray[np.bool_]


def order_of(keys: Words) -> Order:
    """The places of random keys (..., count, 2) in ascending order: (..., count), each order as likely as any other.

    The first word of 64 bits decides, and where two are equal the second; that both are has a chance of
    count^2 / 2^129.
    """
    first = np.ascontiguousarray(keys[..., 0])
    order = np.argsort(first, axis=-1)
    found = np.take_along_axis(first, order, -1)
    if (found[..., 1:] == found[..., :-1]).any():
        return np.lexsort((keys[..., 1], first))
    return order


def reordered(records: Words, order: Order) -> Words:
    """Records (rows, count, width), those of each row in its order (rows, count)."""
    moved: Words = records[np.arange(len(order))[:, None], order]
    return moved


@cache
def distances(count: int) -> tuple[int, ...]:
    """How far apart the wires are that the switches of each layer join, for `count` wires and what is added to them."""
    falling = [1 << level for level in reversed(range(max(count - 1, 0).bit_length()))]
    return (*falling, *falling[-2::-1])


def wires(count: int) -> int:
    """The least power of two that is not below `count`."""
    return 1 << max(count - 1, 0).bit_length()


def routed(order: Order) -> Switches:
    """The switches, (layers, rows, wires / 2), that bring each row into its order (rows, count).

    A switch that is set exchanges its two wires. Wires beyond the last record stay where they are.
    """
    rows, count = order.shape
    size = wires(count)
    inner = np.concatenate([order, np.broadcast_to(np.arange(count, size), (rows, size - count))], 1)
    layers = np.empty((len(distances(count)), rows, size // 2), np.bool_)
    for depth in range(len(layers) // 2):
        ins, outs, inner = _split(inner)
        layers[depth], layers[-1 - depth] = ins.reshape(rows, size // 2), outs.reshape(rows, size // 2)
    if len(layers):
        layers[len(layers) // 2] = (inner[:, 0] == 1).reshape(rows, size // 2)
    return layers


def _split(order: Order) -> tuple[Switches, Switches, Order]:
    """The outer switches of blocks of 2 h wires, (blocks, h) each, and the orders of the two halves between them.

    Two outputs of a switch come through different halves, and so do two inputs. If output i comes through a half,
    so does the output of the record beside that of i's partner: `comrade`. Their cycles are told apart by the least
    place on each, which is found by doubling (Lev, Pippenger, Valiant, IEEE Transactions on Computers 1981).
    """
    blocks, size = order.shape
    half = size // 2
    places = np.broadcast_to(np.arange(size), order.shape)
    inverse = np.empty_like(order)
    np.put_along_axis(inverse, order, places, 1)
    comrade = np.take_along_axis(inverse, np.roll(order, half, 1) ^ half, 1)
    least = places
    for _ in range(half.bit_length() - 1):
        least = np.minimum(least, np.take_along_axis(least, comrade, 1))
        comrade = np.take_along_axis(comrade, comrade, 1)
    lower = least > np.roll(least, half, 1)
    outs, ins = lower[:, :half], np.take_along_axis(lower, inverse, 1)[:, :half]
    through = np.arange(half) + half * np.stack([outs, ~outs], 1)
    inner = np.take_along_axis(order[:, None], through, 2) & (half - 1)
    return ins, outs, inner.reshape(2 * blocks, half)


def halves(records: Words, distance: int) -> tuple[Words, Words]:
    """Views of records (rows, wires, ...): the lower and the upper wire of each switch of a layer,
    (rows, blocks, distance, ...)."""
    rows, count, *rest = records.shape
    joined = records.reshape(rows, count // (2 * distance), 2, distance, *rest)
    return joined[:, :, 0], joined[:, :, 1]


def switch(records: Words, distance: int, layer: Switches) -> None:
    """Exchange in place the wires of the switches (rows, wires / 2) of a layer that are set; the addresses that are
    touched do not depend on which they are."""
    low, high = halves(records, distance)
    set_ = np.uint64(0) - layer.reshape(*low.shape[:3], *(1,) * (low.ndim - 3)).astype(np.uint64)
    change = (low ^ high) & set_
    low ^= change
    high ^= change
