#include "dispatch.h"
#include "bits/exports.h"

#define REQUIRES_ELEMENTWISE(out, in, n) REQUIRES(same_or_apart(out, in, (n) * sizeof(uint64_t)))

/* The bytes of `rows` rows of `count` packed bits. */
static inline size_t packed_bytes(size_t rows, size_t count) { return rows * ((count + 63) / 64) * sizeof(uint64_t); }

void parley_bit_and(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n) {
    REQUIRES_ELEMENTWISE(out, x, n);
    REQUIRES_ELEMENTWISE(out, y, n);
    selected->bits.bit_and(out, x, y, n);
}

void parley_bit_xor(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n) {
    REQUIRES_ELEMENTWISE(out, x, n);
    REQUIRES_ELEMENTWISE(out, y, n);
    selected->bits.bit_xor(out, x, y, n);
}

void parley_bit_or(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n) {
    REQUIRES_ELEMENTWISE(out, x, n);
    REQUIRES_ELEMENTWISE(out, y, n);
    selected->bits.bit_or(out, x, y, n);
}

void parley_bit_and_not(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n) {
    REQUIRES_ELEMENTWISE(out, x, n);
    REQUIRES_ELEMENTWISE(out, y, n);
    selected->bits.bit_and_not(out, x, y, n);
}

void parley_bit_same(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n) {
    REQUIRES_ELEMENTWISE(out, x, n);
    REQUIRES_ELEMENTWISE(out, y, n);
    selected->bits.bit_same(out, x, y, n);
}

void parley_bit_not(uint64_t *out, const uint64_t *x, size_t n) {
    REQUIRES_ELEMENTWISE(out, x, n);
    selected->bits.bit_not(out, x, n);
}

void parley_bit_recombine(uint64_t *out, const uint64_t *c, const uint64_t *d, const uint64_t *b, const uint64_t *e,
                          const uint64_t *a, size_t n, int with_de) {
    REQUIRES_ELEMENTWISE(out, c, n);
    REQUIRES_ELEMENTWISE(out, d, n);
    REQUIRES_ELEMENTWISE(out, b, n);
    REQUIRES_ELEMENTWISE(out, e, n);
    REQUIRES_ELEMENTWISE(out, a, n);
    selected->bits.bit_recombine(out, c, d, b, e, a, n, with_de);
}

void parley_bit_prefix_xor(uint64_t *out, const uint64_t *x, size_t n) {
    REQUIRES_ELEMENTWISE(out, x, n);
    selected->bits.prefix_xor(out, x, n);
}

void parley_bit_prefix_or(uint64_t *out, const uint64_t *x, size_t n) {
    REQUIRES_ELEMENTWISE(out, x, n);
    selected->bits.prefix_or(out, x, n);
}

void parley_bit_prefix_and(uint64_t *out, const uint64_t *x, size_t n) {
    REQUIRES_ELEMENTWISE(out, x, n);
    selected->bits.prefix_and(out, x, n);
}

uint64_t parley_popcount(const uint64_t *x, size_t n) { return selected->bits.popcount(x, n); }

void parley_pack(uint64_t *out, const uint8_t *bits, size_t count) {
    REQUIRES(apart(out, packed_bytes(1, count), bits, count));
    selected->bits.pack(out, bits, count);
}

void parley_unpack(uint8_t *out, const uint64_t *words, size_t count) {
    REQUIRES(apart(out, count, words, packed_bytes(1, count)));
    selected->bits.unpack(out, words, count);
}

void parley_planes(uint64_t *out, const uint64_t *x, size_t count, size_t bits) {
    REQUIRES(bits <= 64);
    REQUIRES(apart(out, packed_bytes(bits, count), x, count * sizeof *x));
    selected->bits.planes(out, x, count, bits);
}

void parley_from_planes(uint64_t *out, const uint64_t *rows, size_t count, size_t bits) {
    REQUIRES(bits <= 64);
    REQUIRES(apart(out, count * sizeof *out, rows, packed_bytes(bits, count)));
    selected->bits.from_planes(out, rows, count, bits);
}

void parley_bit_transpose(uint8_t *out, size_t out_step, const uint8_t *x, size_t x_step, size_t rows, size_t columns) {
    REQUIRES(rows < 2 || x_step >= (columns + 7) / 8);
    REQUIRES(columns < 2 || out_step >= (rows + 7) / 8);
    REQUIRES(!rows || !columns ||
             apart(out, (columns - 1) * out_step + (rows + 7) / 8, x, (rows - 1) * x_step + (columns + 7) / 8));
    selected->bits.transpose(out, out_step, x, x_step, rows, columns);
}
