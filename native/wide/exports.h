#ifndef PARLEY_WIDE_EXPORTS_H
#define PARLEY_WIDE_EXPORTS_H

#include "shapes.h"

/* Elementwise over n elements: out = x + y, x - y, x * y, -x mod 2^128. */
Binary parley_wide_add, parley_wide_sub, parley_wide_mul;
Unary parley_wide_neg;

/* Elementwise mod 2^128: out = c + d*b + e*a (+ d*e). */
Recombine parley_wide_recombine;

/* Elementwise: out = (x + plus) >> s (logical) and x << s, 0 <= s <= 127; the sum wraps; s is public. */
void parley_wide_shift_right(uint64_t *out, const uint64_t *x, const uint64_t plus[2], unsigned s, size_t n);
ShiftLeft parley_wide_shift_left;

/* Elementwise: out = x * factor + plus, and (x + plus) & mask; each of these is one element, which may be secret but
 * for the mask, and of another array than out. */
Affine parley_wide_affine;
void parley_wide_offset(uint64_t *out, const uint64_t *x, const uint64_t plus[2], const uint64_t mask[2], size_t n);

SumOfAxis parley_wide_sum;

/* `batch` products with steps as for parley_matmul, in words. */
void parley_wide_matmul(uint64_t *out, const uint64_t *x, size_t x_step, size_t x_row, size_t x_column,
                        const uint64_t *y, size_t y_step, size_t y_row, size_t y_column, size_t batch, size_t rows,
                        size_t inner, size_t columns);

#endif
