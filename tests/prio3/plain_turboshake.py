"""TurboSHAKE128 by RFC 9861 and FIPS 202, a word at a time."""

WORD = 2**64 - 1


def turned(word, by):
    return (word << by | word >> (64 - by)) & WORD if by else word


def rotations():
    x, y, by = 1, 0, {(0, 0): 0}
    for t in range(24):
        by[x, y] = (t + 1) * (t + 2) // 2 % 64
        x, y = y, (2 * x + 3 * y) % 5
    return by


def constants():
    """Those of all 24 rounds, of the shift register of FIPS 202."""
    register, found = 1, []
    for _ in range(24):
        constant = 0
        for j in range(7):
            constant |= (register & 1) << (2**j - 1)
            register = (register << 1) ^ (0x171 if register >> 7 else 0)
        found.append(constant)
    return found


TURNS, ROUNDS = rotations(), constants()[12:]


def permuted(a):
    """Keccak-p[1600, 12] of {(x, y): word}."""
    for constant in ROUNDS:
        columns = [a[x, 0] ^ a[x, 1] ^ a[x, 2] ^ a[x, 3] ^ a[x, 4] for x in range(5)]
        a = {(x, y): w ^ columns[x - 1] ^ turned(columns[(x + 1) % 5], 1) for (x, y), w in a.items()}
        b = {(y, (2 * x + 3 * y) % 5): turned(w, TURNS[x, y]) for (x, y), w in a.items()}
        a = {(x, y): w ^ (~b[(x + 1) % 5, y] & WORD & b[(x + 2) % 5, y]) for (x, y), w in b.items()}
        a[0, 0] ^= constant
    return a


def turboshake128(message, length, domain=1, rate=168):
    padded = bytearray(message + bytes([domain]))
    padded += bytes(-len(padded) % rate)
    padded[-1] ^= 0x80
    a, places = {(x, y): 0 for y in range(5) for x in range(5)}, [(i % 5, i // 5) for i in range(rate // 8)]
    for start in range(0, len(padded), rate):
        for i, place in enumerate(places):
            a[place] ^= int.from_bytes(padded[start + 8 * i : start + 8 * i + 8], "little")
        a = permuted(a)
    out = b""
    while len(out) < length:
        out += b"".join(a[place].to_bytes(8, "little") for place in places)
        a = permuted(a)
    return out[:length]
