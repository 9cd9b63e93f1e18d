/* The slow, obvious reference: plain C for any machine. */

#include "kernels.h"

static void bit_and(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n) {
    for (size_t i = 0; i < n; i++) out[i] = x[i] & y[i];
}

static void bit_xor(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n) {
    for (size_t i = 0; i < n; i++) out[i] = x[i] ^ y[i];
}

static void bit_or(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n) {
    for (size_t i = 0; i < n; i++) out[i] = x[i] | y[i];
}

static void bit_and_not(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n) {
    for (size_t i = 0; i < n; i++) out[i] = x[i] & ~y[i];
}

static void bit_same(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n) {
    for (size_t i = 0; i < n; i++) out[i] = ~(x[i] ^ y[i]);
}

static void bit_not(uint64_t *out, const uint64_t *x, size_t n) {
    for (size_t i = 0; i < n; i++) out[i] = ~x[i];
}

static void bit_recombine(uint64_t *out, const uint64_t *c, const uint64_t *d, const uint64_t *b, const uint64_t *e,
                          const uint64_t *a, size_t n, int with_de) {
    const uint64_t keep = with_de ? UINT64_MAX : 0;
    for (size_t i = 0; i < n; i++) out[i] = c[i] ^ (d[i] & (b[i] ^ (e[i] & keep))) ^ (e[i] & a[i]);
}

static void bit_masked_product(uint64_t *out, const uint64_t *x0, const uint64_t *x1, const uint64_t *y0,
                               const uint64_t *y1, const uint64_t *before, const uint64_t *after, size_t n) {
    for (size_t i = 0; i < n; i++) out[i] = (x0[i] & (y0[i] ^ y1[i])) ^ (x1[i] & y0[i]) ^ after[i] ^ before[i];
}

/* Where a place is v in its lowest `bits` bits; `step` words lie between its bits. */
static uint64_t place_is(const uint64_t *place, size_t step, size_t bits, size_t v) {
    uint64_t is = UINT64_MAX;
    for (size_t j = 0; j < bits; j++) is &= v >> j & 1 ? place[j * step] : ~place[j * step];
    return is;
}

static void bit_one_hot(uint64_t *out, const uint64_t *places, size_t depth, size_t first, size_t n) {
    for (size_t v = first; v < (size_t)1 << depth; v++)
        for (size_t i = 0; i < n; i++) out[(v - first) * n + i] = place_is(places + i, n, depth, v);
}

/* The sum of the rows above the place and the row at it, of tables and places by their lowest `bits` bits. */
static void compare_word(uint64_t *above, uint64_t *equal, const uint64_t *table, size_t step, const uint64_t *place,
                         size_t n, size_t depth, size_t bits, uint64_t whole) {
    const size_t low = ((size_t)1 << bits) - 1;
    uint64_t first = whole;
    *above = *equal = 0;
    for (size_t v = 1; v < (size_t)1 << depth; v++) first ^= table[(v - 1) * step];
    for (size_t v = 0; v < (size_t)1 << depth; v++) {
        const uint64_t row = v ? table[(v - 1) * step] : first;
        for (size_t u = 0; u < (v & low); u++) *above ^= row & place_is(place, n, bits, u);
        *equal ^= row & place_is(place, n, bits, v & low);
    }
}

static void bit_compare(uint64_t *out, size_t out_step, const uint64_t *table, size_t step, const uint64_t *places,
                        size_t depth, int whole, int from_below, size_t n) {
    for (size_t bits = from_below ? 1 : depth; bits <= depth; bits++, out += 2 * out_step)
        for (size_t i = 0; i < n; i++)
            compare_word(out + i, out + out_step + i, table + i, step, places + i, n, depth, bits,
                         whole ? UINT64_MAX : 0);
}

static void bit_prefix_xor(uint64_t *out, const uint64_t *x, size_t n) {
    for (size_t i = 0; i < n; i++) {
        uint64_t v = x[i];
        for (int s = 1; s < 64; s *= 2) v ^= v << s;
        out[i] = v;
    }
}

static void bit_prefix_or(uint64_t *out, const uint64_t *x, size_t n) {
    for (size_t i = 0; i < n; i++) out[i] = x[i] | (0 - x[i]);
}

static void bit_prefix_and(uint64_t *out, const uint64_t *x, size_t n) {
    for (size_t i = 0; i < n; i++) out[i] = x[i] & ~(x[i] + 1);
}

static uint64_t popcount(const uint64_t *x, size_t n) {
    uint64_t total = 0;
    for (size_t i = 0; i < n; i++) {
        uint64_t v = x[i];
        v -= (v >> 1) & 0x5555555555555555u;
        v = (v & 0x3333333333333333u) + ((v >> 2) & 0x3333333333333333u);
        v = (v + (v >> 4)) & 0x0f0f0f0f0f0f0f0fu;
        total += (v * 0x0101010101010101u) >> 56;
    }
    return total;
}

static void pack(uint64_t *out, const uint8_t *bits, size_t count) {
    for (size_t i = 0; i < (count + 63) / 64; i++) out[i] = 0;
    for (size_t i = 0; i < count; i++) out[i / 64] |= (uint64_t)(bits[i] & 1) << (i % 64);
}

static void unpack(uint8_t *out, const uint64_t *words, size_t count) {
    for (size_t i = 0; i < count; i++) out[i] = (words[i / 64] >> (i % 64)) & 1;
}

static void planes(uint64_t *out, const uint64_t *x, size_t count, size_t bits) {
    const size_t width = (count + 63) / 64;
    for (size_t i = 0; i < bits * width; i++) out[i] = 0;
    for (size_t e = 0; e < count; e++)
        for (size_t i = 0; i < bits; i++) out[i * width + e / 64] |= ((x[e] >> i) & 1) << (e % 64);
}

static void from_planes(uint64_t *out, const uint64_t *rows, size_t count, size_t bits) {
    const size_t width = (count + 63) / 64;
    for (size_t e = 0; e < count; e++) {
        out[e] = 0;
        for (size_t i = 0; i < bits; i++) out[e] |= ((rows[i * width + e / 64] >> (e % 64)) & 1) << i;
    }
}

static void bit_transpose(uint8_t *out, size_t out_step, const uint8_t *x, size_t x_step, size_t rows, size_t columns) {
    for (size_t c = 0; c < columns; c++)
        for (size_t r = 0; r < rows; r++) {
            const unsigned bit = x[r * x_step + c / 8] >> (c % 8) & 1;
            uint8_t *place = out + c * out_step + r / 8;
            *place = (uint8_t)((r % 8 ? *place : 0) | bit << (r % 8));
        }
}

const BitKernels bits_portable = {BIT_KERNELS(OWN)};
