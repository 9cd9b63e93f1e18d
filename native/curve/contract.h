/* The group ristretto255 (RFC 9496): of prime order L = 2^252 + 27742317777372353535851937790883648493, on the curve
 * -x^2 + y^2 = 1 + d x^2 y^2 over p = 2^255 - 19. docs/algorithms/ristretto.md walks from the formulas to these kernels.
 *
 * A point is CURVE_POINT words: X, Y, Z, T with x = X / Z, y = Y / Z, x y = T / Z, each a number below 2^255 of four
 * words, the lowest first. One element of the group has many: implementations may give different ones, which have one
 * encoding. A scalar is four words, of at most CURVE_BITS bits; it need not be below L. How
 * many bits scalars have is public: products by short ones take less time. Points and scalars are secret, but in entries
 * that end in `_var`.
 */
#ifndef PARLEY_CURVE_CONTRACT_H
#define PARLEY_CURVE_CONTRACT_H

#include <stddef.h>
#include <stdint.h>

#include "curve/exports.h"

enum {
    CURVE_NUMBER = 4,                         /* words of a number modulo p, of a scalar, of an encoding */
    CURVE_POINT = 4 * CURVE_NUMBER,           /* words of a point */
    CURVE_BITS = 254,                         /* of the longest scalar */
    CURVE_WINDOWS = 64,                       /* digits of 4 bits of such a one */
    CURVE_MULTIPLES = 8,                      /* of a point, for one window: digits are signed */
    CURVE_LIMBS = 20,                         /* words of a point whose numbers are five digits each */
    CURVE_BLOCK = 128,                        /* terms of a sum whose tables are held at once */
    CURVE_LANES = 8,                          /* points side by side, at most */
    CURVE_WIDEST = 12,                        /* bits of a digit where terms are sorted by digits, at most */
    CURVE_BUCKET = 24,                        /* words of a bucket: those of a point, padded */
};

#define CURVE_KERNELS(KERNEL)                                                                                     \
    KERNEL(decode) KERNEL(encode) KERNEL(from_uniform) KERNEL(equal) KERNEL(add) KERNEL(sub) KERNEL(mul)          \
    KERNEL(tables) KERNEL(sum_of_bases) KERNEL(sum_of_products) KERNEL(sum_of_products_var)

typedef struct {
    LIKE(parley_curve_decode) decode;
    LIKE(parley_curve_encode) encode;
    LIKE(parley_curve_from_uniform) from_uniform;
    LIKE(parley_curve_equal) equal;
    LIKE(parley_curve_add) add;
    LIKE(parley_curve_sub) sub;
    LIKE(parley_curve_mul) mul;
    LIKE(parley_curve_tables) tables;
    LIKE(parley_curve_sum_of_bases) sum_of_bases;
    LIKE(parley_curve_sum_of_products) sum_of_products;
    LIKE(parley_curve_sum_of_products_var) sum_of_products_var;
} CurveKernels;

extern const CurveKernels curve_portable, curve_avx512_ice;

/* Signed digits of 4 bits of scalars of `bits` bits: the highest must take a carry. */
static inline size_t curve_windows(size_t bits) { return (bits + 1) / 4 + 1; }

/* Words of the table of a base. */
static inline size_t curve_table(size_t bits) { return curve_windows(bits) * CURVE_MULTIPLES * CURVE_POINT; }

/* The bits of a digit for sorting so many terms: about what makes terms and buckets balance. Public, as the length is. */
static inline unsigned curve_width(size_t terms) {
    unsigned width = 4;
    while (width < CURVE_WIDEST && (size_t)6 << width < terms) width++;
    return width;
}

/* Words of workspace for sums of `terms` terms: tables and digits of a block, or the terms and the buckets of eight
 * windows, their windows' sums, and what aligning takes. */
static inline size_t curve_workspace(size_t terms) {
    const size_t block = CURVE_BLOCK * (CURVE_MULTIPLES * CURVE_LIMBS + CURVE_NUMBER);
    const size_t buckets = CURVE_LANES * CURVE_BUCKET * (((size_t)1 << (curve_width(terms) - 1)) + 1);
    const size_t sorting = terms * (CURVE_LIMBS + CURVE_NUMBER + 1) + buckets + CURVE_WINDOWS * CURVE_POINT;
    return (block > sorting ? block : sorting) + 16;
}

#endif
