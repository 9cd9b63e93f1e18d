/* Bit planes by transposing LANES bit matrices of 64 x 64 side by side; see docs/algorithms/bit_planes.md.
 * To be included once by a file that defines LANES, `typedef ... Lanes` (a vector of LANES words) and
 * transpose_words (v[i] lane j <-> v[j] lane i, in place). */

#include <string.h>

#include "lengths.h"

static inline void transpose_words(Lanes v[LANES]);

/* Exchanges the bits of `a` above with those of `b` below, in every square of 2j x 2j. */
#define EXCHANGE(a, b, j, mask)                      \
    do {                                             \
        const Lanes t = (((a) >> (j)) ^ (b)) & (mask); \
        (a) ^= t << (j);                             \
        (b) ^= t;                                    \
    } while (0)

/* Three levels of the transposition on the eight rows r, r + step, ..., r + 7 step: j = 4h, 2h, h. */
static inline __attribute__((always_inline)) void three_levels(Lanes *r, size_t step, int h, uint64_t m4, uint64_t m2,
                                                               uint64_t m1) {
    Lanes v[8];
    for (int i = 0; i < 8; i++) v[i] = r[(size_t)i * step];
    for (int i = 0; i < 4; i++) EXCHANGE(v[i], v[i + 4], 4 * h, m4);
    for (int i = 0; i < 8; i += 4)
        for (int k = i; k < i + 2; k++) EXCHANGE(v[k], v[k + 2], 2 * h, m2);
    for (int i = 0; i < 8; i += 2) EXCHANGE(v[i], v[i + 1], h, m1);
    for (int i = 0; i < 8; i++) r[(size_t)i * step] = v[i];
}

/* In each lane: bit c of row r <-> bit r of row c. */
static void transpose_bits(Lanes rows[64]) {
    for (int r = 0; r < 8; r++)
        three_levels(rows + r, 8, 8, 0x00000000ffffffffu, 0x0000ffff0000ffffu, 0x00ff00ff00ff00ffu);
    for (int r = 0; r < 64; r += 8)
        three_levels(rows + r, 1, 1, 0x0f0f0f0f0f0f0f0fu, 0x3333333333333333u, 0x5555555555555555u);
}

/* The first LANES words from p <= end, of which only those before `end` exist; the others read as zero. */
static inline Lanes load_before(const uint64_t *p, const uint64_t *end) {
    const size_t left = (size_t)(end - p);
    Lanes v = {0};
    if (left >= LANES)
        memcpy(&v, p, sizeof v);
    else
        memcpy(&v, p, left * sizeof *p);
    return v;
}

static inline void store_before(uint64_t *p, const uint64_t *end, Lanes v) {
    const size_t left = (size_t)(end - p);
    if (left >= LANES)
        memcpy(p, &v, sizeof v);
    else
        memcpy(p, &v, left * sizeof *p);
}

/* The words of all planes from number `first` on. */
static void planes_from(size_t first, uint64_t *out, const uint64_t *x, size_t count, size_t bits) {
    const size_t width = (count + 63) / 64;
    Lanes rows[64];
    for (size_t w = first; w < width; w += LANES) {
        for (size_t r = 0; r < 64; r += LANES) {
            for (size_t i = 0; i < LANES; i++) rows[r + i] = load_before(x + at_most((w + i) * 64 + r, count), x + count);
            transpose_words(rows + r);
        }
        transpose_bits(rows);
        for (size_t i = 0; i < bits; i++) {
            uint64_t *place = out + i * width + w;
            store_before(place, out + (i + 1) * width, rows[i]);
            __builtin_prefetch(place + 2 * LANES, 1);
        }
    }
}

static void from_planes_from(size_t first, uint64_t *out, const uint64_t *packed, size_t count, size_t bits) {
    const size_t width = (count + 63) / 64;
    Lanes rows[64];
    for (size_t w = first; w < width; w += LANES) {
        memset(rows, 0, sizeof rows);
        for (size_t i = 0; i < bits; i++) {
            const uint64_t *place = packed + i * width + w;
            rows[i] = load_before(place, packed + (i + 1) * width);
            __builtin_prefetch(place + 2 * LANES);
        }
        transpose_bits(rows);
        for (size_t r = 0; r < 64; r += LANES) {
            transpose_words(rows + r);
            for (size_t i = 0; i < LANES; i++)
                store_before(out + at_most((w + i) * 64 + r, count), out + count, rows[r + i]);
        }
    }
}
