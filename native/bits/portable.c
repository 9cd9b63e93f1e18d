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

static void bit_not(uint64_t *out, const uint64_t *x, size_t n) {
    for (size_t i = 0; i < n; i++) out[i] = ~x[i];
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

const BitKernels bits_portable = {
    .bit_and = bit_and,
    .bit_xor = bit_xor,
    .bit_or = bit_or,
    .bit_not = bit_not,
    .popcount = popcount,
    .pack = pack,
    .unpack = unpack,
    .planes = planes,
    .from_planes = from_planes,
};
