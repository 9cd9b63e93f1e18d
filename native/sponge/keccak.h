/* Keccak-p[1600, 12] on registers V of one word of each state, for a file that has defined the operations xor2(x, y),
 * xor3(x, y, z), chi(x, y, z), which is x ^ (~y & z), xored(x, word), and TURNED(x, n), which rotates to the left.
 * The 25 words stand row by row, word x + 5 y in column x. */

static const uint64_t round_constants[12] = {
    0x000000008000808bull, 0x800000000000008bull, 0x8000000000008089ull, 0x8000000000008003ull,
    0x8000000000008002ull, 0x8000000000000080ull, 0x000000000000800aull, 0x800000008000000aull,
    0x8000000080008081ull, 0x8000000000008080ull, 0x0000000080000001ull, 0x8000000080008008ull};

#define PARITY(from, x) xor3(xor3((from)[x], (from)[(x) + 5], (from)[(x) + 10]), (from)[(x) + 15], (from)[(x) + 20])

/* Word i, with the parities d of the columns beside it, rotated. */
#define MOVED(from, i, d, n) TURNED(xor2((from)[i], d), n)

/* A row of the result, of the five words that come to stand there. */
#define ROW(to, from, y, i0, d0, n0, i1, d1, n1, i2, d2, n2, i3, d3, n3, i4, d4, n4)                      \
    {                                                                                                     \
        const V b0 = MOVED(from, i0, d0, n0), b1 = MOVED(from, i1, d1, n1), b2 = MOVED(from, i2, d2, n2), \
                b3 = MOVED(from, i3, d3, n3), b4 = MOVED(from, i4, d4, n4);                               \
        (to)[5 * (y)] = chi(b0, b1, b2), (to)[5 * (y) + 1] = chi(b1, b2, b3);                             \
        (to)[5 * (y) + 2] = chi(b2, b3, b4), (to)[5 * (y) + 3] = chi(b3, b4, b0);                         \
        (to)[5 * (y) + 4] = chi(b4, b0, b1);                                                              \
    }

#define ROUND(to, from, constant)                                                                         \
    {                                                                                                     \
        const V c0 = PARITY(from, 0), c1 = PARITY(from, 1), c2 = PARITY(from, 2), c3 = PARITY(from, 3);   \
        const V c4 = PARITY(from, 4), d0 = xor2(c4, TURNED(c1, 1)), d1 = xor2(c0, TURNED(c2, 1));         \
        const V d2 = xor2(c1, TURNED(c3, 1)), d3 = xor2(c2, TURNED(c4, 1)), d4 = xor2(c3, TURNED(c0, 1)); \
        ROW(to, from, 0, 0, d0, 0, 6, d1, 44, 12, d2, 43, 18, d3, 21, 24, d4, 14)                         \
        ROW(to, from, 1, 3, d3, 28, 9, d4, 20, 10, d0, 3, 16, d1, 45, 22, d2, 61)                         \
        ROW(to, from, 2, 1, d1, 1, 7, d2, 6, 13, d3, 25, 19, d4, 8, 20, d0, 18)                           \
        ROW(to, from, 3, 4, d4, 27, 5, d0, 36, 11, d1, 10, 17, d2, 15, 23, d3, 56)                        \
        ROW(to, from, 4, 2, d2, 62, 8, d3, 55, 14, d4, 39, 15, d0, 41, 21, d1, 2)                         \
        (to)[0] = xored((to)[0], constant);                                                               \
    }

static inline void permute(V a[25]) {
    V e[25];
    for (int round = 0; round < 12; round += 2) {
        ROUND(e, a, round_constants[round])
        ROUND(a, e, round_constants[round + 1])
    }
}
