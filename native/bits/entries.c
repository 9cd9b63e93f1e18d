#include "shape_entries.h"

/* The bytes of `rows` rows of `count` packed bits. */
static inline size_t packed_bytes(size_t rows, size_t count) { return rows * ((count + 63) / 64) * sizeof(uint64_t); }

BINARY_ENTRY(parley_bit_and, bits.bit_and, 1)
BINARY_ENTRY(parley_bit_xor, bits.bit_xor, 1)
BINARY_ENTRY(parley_bit_or, bits.bit_or, 1)
BINARY_ENTRY(parley_bit_and_not, bits.bit_and_not, 1)
BINARY_ENTRY(parley_bit_same, bits.bit_same, 1)
UNARY_ENTRY(parley_bit_not, bits.bit_not, 1)
RECOMBINE_ENTRY(parley_bit_recombine, bits.bit_recombine, 1)
MASKED_PRODUCT_ENTRY(parley_bit_masked_product, bits.bit_masked_product, 1)
UNARY_ENTRY(parley_bit_prefix_xor, bits.bit_prefix_xor, 1)
UNARY_ENTRY(parley_bit_prefix_or, bits.bit_prefix_or, 1)
UNARY_ENTRY(parley_bit_prefix_and, bits.bit_prefix_and, 1)

uint64_t parley_popcount(const uint64_t *x, size_t n) {
    REQUIRES_OR_ELSE(0, there(x, n * sizeof *x));
    return selected->bits.popcount(x, n);
}

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

/* The bytes from the first to the last of rows that lie `step` words apart. */
static inline size_t bytes_of_rows(size_t rows, size_t step, size_t n) {
    return n && rows ? ((rows - 1) * step + n) * sizeof(uint64_t) : 0;
}

void parley_bit_one_hot(uint64_t *out, const uint64_t *places, size_t depth, size_t first, size_t n) {
    REQUIRES(1 <= depth && depth <= 8 && first <= 1);
    REQUIRES(apart(out, bytes_of_rows(((size_t)1 << depth) - first, n, n), places, bytes_of_rows(depth, n, n)));
    selected->bits.bit_one_hot(out, places, depth, first, n);
}

void parley_bit_compare(uint64_t *out, size_t out_step, const uint64_t *table, size_t step, const uint64_t *places,
                        size_t depth, int whole, int from_below, size_t n) {
    REQUIRES(1 <= depth && depth <= 8 && n <= step && n <= out_step);
    const size_t out_bytes = bytes_of_rows(from_below ? 2 * depth : 2, out_step, n);
    REQUIRES(apart(out, out_bytes, table, bytes_of_rows(((size_t)1 << depth) - 1, step, n)));
    REQUIRES(apart(out, out_bytes, places, bytes_of_rows(depth, n, n)));
    selected->bits.bit_compare(out, out_step, table, step, places, depth, whole, from_below, n);
}

void parley_bit_transpose(uint8_t *out, size_t out_step, const uint8_t *x, size_t x_step, size_t rows, size_t columns) {
    REQUIRES(rows < 2 || x_step >= (columns + 7) / 8);
    REQUIRES(columns < 2 || out_step >= (rows + 7) / 8);
    REQUIRES(!rows || !columns ||
             apart(out, (columns - 1) * out_step + (rows + 7) / 8, x, (rows - 1) * x_step + (columns + 7) / 8));
    selected->bits.bit_transpose(out, out_step, x, x_step, rows, columns);
}
