"""What the protocols take from elsewhere gives the published values, and what they make of it is worked out again.

Published: SHAKE-256 and SHA-256 (FIPS 202, FIPS 180-4), AES-128 (FIPS 197), the generator of RFC 9496. Worked out with
another AES than ours: the pads of transfers, the trees of both protocols, and the streams of SoftSpokenOT.
"""

from hashlib import sha256, shake_256

import numpy as np
from Crypto.Cipher import AES
from pairs import Noted, results

from mpc.algebra.ristretto import generator
from mpc.label_hash import hash_tccr
from mpc.prg import encode_domain
from mpc.testing import insecure_agreements
from protocols.ot import extension_softspoken_roy22, half_trees, puncturable, transfers
from protocols.ot.folding import Streams, parts

LABELS = 2**128 - 1
PATH, ENDS = (0,), (0, 1)
FIRST = 2


def cipher(key):
    """AES of a label, a little-endian number, under a key of 16 bytes."""
    aes = AES.new(key, AES.MODE_ECB)
    return lambda x: int.from_bytes(aes.encrypt(x.to_bytes(16, "little")), "little")


def number(label):
    return int(label[0]) | int(label[1]) << 64


def label(value):
    return np.array([value & 2**64 - 1, value >> 64], np.uint64)


def sigma(x):
    low, high = x & 2**64 - 1, x >> 64
    return (high ^ low) << 64 | high


def ccr(pi, x):
    """Guo, Katz, Wang, Yu, IEEE S&P 2020, section 7.3."""
    return pi(sigma(x)) ^ sigma(x)


def tccr(pi, x, i):
    """The same, section 7.4."""
    return pi(pi(x) ^ i) ^ pi(x)


def test_published_values():
    assert shake_256(b"").hexdigest(32) == "46b9dd2b0ba88d13233b3feb743eeb243fcd52ea62b81b82b50c27646ed5762f"
    assert sha256(b"abc").hexdigest() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    key, plain = bytes(range(16)), bytes.fromhex("00112233445566778899aabbccddeeff")
    assert AES.new(key, AES.MODE_ECB).encrypt(plain).hex() == "69c4e0d86a7b0430d8cdb78070b4c55a"
    assert generator().to_bytes().tobytes().hex() == "e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76"


def test_the_hash_of_labels():
    key, labels = bytes(range(16)), [0, 1, 2**127 + 5, LABELS]
    given = np.array([label(x) for x in labels], np.uint64)
    hashed = hash_tccr(given, 2**48 + 3, key)
    assert [number(h) for h in hashed] == [tccr(cipher(key), x, 2**48 + 3 + i) for i, x in enumerate(labels)]


def test_the_pads_of_transfers():
    """Messages of random transfers from labels: H(q, i) and H(q ^ delta, i), H(t, i); a tweak is number and block."""
    width, count = 3, 130

    async def send(ctx, peer):
        end = Noted(await extension_softspoken_roy22.send_setup(ctx, peer))
        await transfers.random_send(ctx, end, FIRST)
        return end, await transfers.random_send(ctx, end, count, width)

    async def receive(ctx, peer):
        end = Noted(await extension_softspoken_roy22.receive_setup(ctx, peer))
        await transfers.random_receive(ctx, end, FIRST)
        return end, (await transfers.random_receive(ctx, end, count, width))[1]

    (sender, pairs), (receiver, own) = results(send, receive)
    session = insecure_agreements(2, "pair")[0].session
    start = int.from_bytes(shake_256(encode_domain(("ot hash", session, PATH, *ENDS))).digest(16), "little")

    def pad(x, i):
        """128 labels of two blocks have a key in common; a run's begins with the number of its first label."""
        pi = cipher((start ^ (FIRST | i >> 7 << 64)).to_bytes(16, "little"))
        blocks = [tccr(pi, x, FIRST + i | block << 48) for block in range(2)]
        return [blocks[0] & 2**64 - 1, blocks[0] >> 64, blocks[1] & 2**64 - 1]

    for i, (q, t) in enumerate(zip(sender.gave[1], receiver.gave[3], strict=True)):
        assert pairs[i, 0].tolist() == pad(number(q), i)
        assert pairs[i, 1].tolist() == pad(number(q ^ sender.delta), i)
        assert own[i].tolist() == pad(number(t), i)


def test_half_trees():
    """Guo et al., EUROCRYPT 2023, figure 3: children H(x) and x ^ H(x), the root's sum to delta; tree 5's own key."""
    depth, start, delta, root = 4, 2**100 + 4, 2**127 + 9, 2**90 + 77
    leaves = np.empty((2, 1 << depth, 2), np.uint64)
    roots = np.stack([label(1), label(root)])
    sums = half_trees.grow(leaves, roots, label(delta), half_trees.TreeKeys(label(start), 4))[1:]
    leaves = leaves[1:]
    level, pi = [root, root ^ delta], cipher((start ^ 5).to_bytes(16, "little"))
    for i in range(depth):
        left = 0
        for node in level[::2]:
            left ^= node
        assert number(sums[0, i]) == left
        if i + 1 < depth:
            level = [child for x in level for child in (ccr(pi, x), x ^ ccr(pi, x))]
    assert [number(leaf) for leaf in leaves[0]] == [x & ~1 for x in level]


def test_sparse_rows():
    """Row r: ten fields of 21 bits of blocks 2 r and 2 r + 1 of AES in counter mode."""
    key, first, log_size = bytes(range(16)), 10**6, 9
    table = np.random.default_rng(1).integers(0, 2**64, (1 << log_size, 2), dtype=np.uint64)
    out = np.zeros((5, 2), np.uint64)
    half_trees.add_sparse(out, half_trees.Sparse(table, half_trees.round_keys(key), first))
    aes = AES.new(key, AES.MODE_ECB)
    for i, row in enumerate(out):
        stream = b"".join(aes.encrypt((2 * (first + i) + j).to_bytes(16, "big")) for j in (0, 1))
        words = np.frombuffer(stream, np.uint64)
        fields = [int(words[t // 3]) >> t % 3 * 21 & (1 << log_size) - 1 for t in range(10)]
        assert (row == np.bitwise_xor.reduce(table[fields], axis=0)).all()


def test_punctured_trees_of_seeds():
    """Both children of a node by the correlation-robust hash under two keys; the sums are those of a level's sides."""
    depth, keys, root = 3, (bytes(range(16)), bytes(16)), 2**77 + 1
    leaves, sums = puncturable.grow(label(root)[None], depth, keys)
    level = [root]
    for i in range(depth):
        level = [ccr(cipher(key), x) for x in level for key in keys]
        for side in (0, 1):
            total = 0
            for node in level[side::2]:
                total ^= node
            assert number(sums[0, i, side]) == total
    assert [number(leaf) for leaf in leaves[0]] == level


def test_streams_of_softspoken():
    """Choices, corrections and labels of a block from the streams of all keys, each a cipher of our own making."""
    k, first = 2, 5
    keys = [bytes([i, 7] * 8) for i in range(sum(1 << width for width in parts(k)))]
    labels = np.empty((128, 2), np.uint64)
    choices, corrections = Streams(k, b"".join(keys)).labels(labels, first)
    rows, u, at = [], [], 0
    for width in parts(k):
        own = [AES.new(key, AES.MODE_ECB).encrypt(first.to_bytes(16, "big")) for key in keys[at : at + (1 << width)]]
        r = [int.from_bytes(block, "little") for block in own]
        u.append(folded(r, range(1 << width)))
        rows += [folded(r, [x for x in range(1 << width) if x >> j & 1]) for j in range(width)]
        at += 1 << width
    assert number(choices[0]) == u[0]
    assert [number(c) for c in corrections[:, 0]] == [u[0] ^ other for other in u[1:]]
    for i in range(128):
        assert number(labels[i]) == sum((row >> i & 1) << j for j, row in enumerate(rows))


def folded(values, places):
    total = 0
    for place in places:
        total ^= values[place]
    return total
