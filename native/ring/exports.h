#ifndef PARLEY_RING_EXPORTS_H
#define PARLEY_RING_EXPORTS_H

#include "shapes.h"

/* Elementwise over n words: out = x + y, x - y, x * y, -x mod 2^64. */
Binary parley_add, parley_sub, parley_mul;
Unary parley_neg;

/* Elementwise mod 2^64: out = c + d*b + e*a (+ d*e). */
Recombine parley_recombine;

/* Elementwise mod 2^64: out = x0*(y0 + y1) + x1*y0 + after - before. */
MaskedProduct parley_masked_product;

/* Elementwise: out = (x + plus) >> s (logical) and x << s, 0 <= s <= 63; the sum wraps; plus and s are public. */
void parley_shift_right(uint64_t *out, const uint64_t *x, uint64_t plus, unsigned s, size_t n);
ShiftLeft parley_shift_left;

/* Elementwise: out = x * factor + plus, and (x + plus) & mask; factor and plus are one word each, which may be secret and
 * of another array than out; mask is public. */
Affine parley_affine;
void parley_offset(uint64_t *out, const uint64_t *x, const uint64_t *plus, uint64_t mask, size_t n);

SumOfAxis parley_sum;

#endif
