"""Products from correlated labels: what sender and receiver compute for triples and for the rows of matrix triples.

The limit is that of AES: four blocks a label at the sender and two at the receiver where rows are a word long; half a
block for each word of a pad, and one for each pad, where they are longer. Planes and sums stand between that and the
figure. numpy's way is the same from the hash of all labels on, array by array.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from bench.kernels.operands import random_words
from bench.kernels.workload import KernelWorkload
from mpc.algebra import bits
from mpc.algebra.ring import U64
from mpc.label_hash import hash_tccr
from protocols.ot.groups import Group, weighed
from protocols.ot.pads import pad_planes, receiver_products, sender_products

COUNT = 4096
LENGTH = 128
KEY = bytes(range(16))
START = np.frombuffer(KEY, U64)


def workloads() -> list[KernelWorkload]:
    """Products of 4,096 pairs of 64-bit words, bit by bit; of 32 words and rows of 128; bits for AND triples."""
    labels, delta = random_words((64 * COUNT, 2)), random_words((2,), 1)
    planes = partial(pad_planes, labels, delta, START, 0, 1)
    return [
        *_products("word", COUNT, 1),
        *_products("row", COUNT // LENGTH, LENGTH),
        KernelWorkload("products.pad_bits", "labels", len(labels), planes, "aes", 2),
    ]


def _products(name: str, count: int, length: int) -> list[KernelWorkload]:
    groups, total = weighed(64), 64 * count
    labels, delta, x = random_words((total, 2)), random_words((2,), 1), random_words((count, length), 2)
    turns, shares = random_words((total // 64,), 3), np.zeros((1, count, length), U64)
    corrections = sender_products(labels, turns, delta, x, START, 0, groups, shares)
    send = partial(sender_products, labels, turns, delta, x, START, 0, groups, shares)
    receive = partial(receiver_products, labels, turns, corrections, START, 0, groups, shares)
    blocks = (1 + (length + 1) // 2) / length
    peers = {"numpy": partial(_array_by_array, labels, delta, x[:, 0], groups)} if length == 1 else {}
    return [
        KernelWorkload(f"products.send_{name}", "words", total * length, send, "aes", 2 * blocks, peers),
        KernelWorkload(f"products.receive_{name}", "words", total * length, receive, "aes", blocks),
    ]


def _array_by_array(labels: np.ndarray, delta: np.ndarray, x: np.ndarray, groups: tuple[Group, ...]) -> object:
    """The sender's part without turns, each step on all labels."""
    zero, one = (hash_tccr(each, 0, KEY)[:, 0].reshape(len(groups), -1) for each in (labels, labels ^ delta))
    words = x + zero - one
    sent = [bits.planes(row, group.width) for row, group in zip(words, groups, strict=True)]
    return sent, -(zero << np.arange(len(groups), dtype=U64)[:, None]).sum(axis=0, dtype=U64)
