/* Packed bits: bit i of a row of `count` bits is bit i % 64 of word i / 64; a row takes ceil(count / 64) words. */
#ifndef PARLEY_BITS_EXPORTS_H
#define PARLEY_BITS_EXPORTS_H

#include "shapes.h"

/* Elementwise over n words of packed bits: x & y, x ^ y, x | y, x & ~y, ~(x ^ y), ~x. */
Binary parley_bit_and, parley_bit_xor, parley_bit_or, parley_bit_and_not, parley_bit_same;
Unary parley_bit_not;

/* Elementwise: out = c ^ d & b ^ e & a (^ d & e). */
Recombine parley_bit_recombine;

/* Elementwise: out = x0 & (y0 ^ y1) ^ x1 & y0 ^ after ^ before. */
MaskedProduct parley_bit_masked_product;

/* Elementwise: bit i of each word becomes the xor, or, and of bits 0 to i of that word. */
Unary parley_bit_prefix_xor, parley_bit_prefix_or, parley_bit_prefix_and;

/* The number of ones in n words. */
uint64_t parley_popcount(const uint64_t *x, size_t n);

/* pack takes the lowest bit of each of `count` bytes and clears the padding of the last word; unpack writes `count` bytes 0
 * or 1 and ignores the padding. */
void parley_pack(uint64_t *out, const uint8_t *bits, size_t count);
void parley_unpack(uint8_t *out, const uint64_t *words, size_t count);

/* planes: out (bits, ceil(count / 64)); row i packs bit i of every one of the `count` words x; padding cleared.
 * from_planes: the inverse; bits of out at and above `bits` are 0, padding in the rows is ignored. 0 <= bits <= 64. */
void parley_planes(uint64_t *out, const uint64_t *x, size_t count, size_t bits);
void parley_from_planes(uint64_t *out, const uint64_t *rows, size_t count, size_t bits);

/* Bit c of row r of x becomes bit r of row c of out. Row r of x begins at byte r * x_step, of which it has
 * ceil(columns / 8): bit c is bit c % 8 of byte c / 8. Row c of out begins at byte c * out_step and has ceil(rows / 8);
 * bytes between rows stay as they are. Padding bits of the last byte are ignored in x, 0 in out. */
void parley_bit_transpose(uint8_t *out, size_t out_step, const uint8_t *x, size_t x_step, size_t rows, size_t columns);

/* The operations of `what` below: x & y, x ^ y, x | y, x & ~y, ~(x ^ y). */
enum { PARLEY_AND, PARLEY_XOR, PARLEY_OR, PARLEY_AND_NOT, PARLEY_SAME };

/* out (groups, rows, n), contiguous: operation `what` on rows of n words; row r of group g of x begins at word
 * g * x_group + r * x_row of x, of y likewise. A step of 0 uses a row again and again. out overlaps neither x nor y,
 * unless it is the very same array in the same layout. */
void parley_bit_rows(int what, uint64_t *out, const uint64_t *x, size_t x_group, size_t x_row, const uint64_t *y,
                     size_t y_group, size_t y_row, size_t groups, size_t rows, size_t n);
/* parley_bit_recombine on rows: out and c (rows, n), contiguous; d and a have the rows of one shape, `left` words
 * apart, b and e those of another, `right` words apart; 0 uses a row again. out may be c itself and overlaps no other. */
void parley_bit_recombine_rows(uint64_t *out, const uint64_t *c, const uint64_t *d, const uint64_t *b,
                               const uint64_t *e, const uint64_t *a, size_t left, size_t right, size_t rows, size_t n,
                               int with_de);
/* out (rows, n): row i is rows 0 to i of x combined by PARLEY_AND, PARLEY_XOR or PARLEY_OR; with `from_last`, rows i
 * to the last. out may be x. */
void parley_bit_prefix_rows(int what, uint64_t *out, const uint64_t *x, size_t rows, size_t n, int from_last);

/* Tables for n words of lanes, each lane with a place u of `depth` bits, 1 to 8: places (depth, n), lowest bit first.
 *
 * one_hot: out (2^depth - first, n); row v - first says whether u is v, for v from `first`, 0 or 1.
 * compare: of a table with a row for each v from 1 to 2^depth - 1, `step` >= n words apart: the sum of the rows above u,
 * and row u, where row 0 is what makes all rows together all ones (`whole` not 0) or zeros. For a table that is one-hot
 * of w these are [u < w] and [u = w]. out: two rows, `out_step` >= n words apart; with from_below 2 depth rows, the same
 * of the lowest 1, 2, .. depth bits of place and table, in turn. */
void parley_bit_one_hot(uint64_t *out, const uint64_t *places, size_t depth, size_t first, size_t n);
void parley_bit_compare(uint64_t *out, size_t out_step, const uint64_t *table, size_t step, const uint64_t *places,
                        size_t depth, int whole, int from_below, size_t n);

#endif
