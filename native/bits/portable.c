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
