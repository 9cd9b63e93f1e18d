/* Arithmetic in Z_2^128: an element is two words, the lower one first. */
#ifndef PARLEY_WIDE_CONTRACT_H
#define PARLEY_WIDE_CONTRACT_H

#include <stddef.h>
#include <stdint.h>

#include "matmul/contract.h"

typedef struct {
    /* Elementwise over n elements: out = x + y, x - y, -x, x * y mod 2^128. */
    void (*add)(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n);
    void (*sub)(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n);
    void (*neg)(uint64_t *out, const uint64_t *x, size_t n);
    void (*mul)(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n);

    /* Elementwise: out = c + d*b + e*a, and + d*e where with_de is not 0 (it is public). */
    void (*recombine)(uint64_t *out, const uint64_t *c, const uint64_t *d, const uint64_t *b, const uint64_t *e,
                      const uint64_t *a, size_t n, int with_de);

    /* Elementwise: out = (x + plus) >> s (logical) and x << s, 0 <= s <= 127; the sum wraps; s is public. */
    void (*shift_right)(uint64_t *out, const uint64_t *x, const uint64_t plus[2], unsigned s, size_t n);
    void (*shift_left)(uint64_t *out, const uint64_t *x, unsigned s, size_t n);

    /* Elementwise: out = x * factor + plus, and (x + plus) & mask; each of these is one element, which may be secret
     * but for the mask, and of another array than out. */
    void (*affine)(uint64_t *out, const uint64_t *x, const uint64_t factor[2], const uint64_t plus[2], size_t n);
    void (*offset)(uint64_t *out, const uint64_t *x, const uint64_t plus[2], const uint64_t mask[2], size_t n);

    /* x (outer, count, inner) summed over its middle axis: out (outer, inner). */
    void (*sum)(uint64_t *out, const uint64_t *x, size_t outer, size_t count, size_t inner);

    /* out (rows, columns), row-major without gaps, = x (rows, inner) * y (inner, columns). The steps of x and y are in
     * words. No dimension is restricted. */
    void (*matmul)(uint64_t *out, Matrix x, Matrix y, size_t rows, size_t inner, size_t columns);
} WideKernels;

extern const WideKernels wide_portable, wide_avx512, wide_avx512_ice;

#endif
