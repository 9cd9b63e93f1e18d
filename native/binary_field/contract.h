/* Arithmetic in GF(2^128) and GF(2^64), polynomial basis: bit i is the coefficient of x^i; docs/algorithms/
 * binary_fields.md says how that relates to GHASH's order of bits.
 *
 * GF(2^128) is modulo x^128 + x^7 + x^2 + x + 1, an element is two words, the lower one first; GF(2^64) is modulo
 * x^64 + x^4 + x^3 + x + 1, an element is one word. Every word is valid, nothing is ever not reduced. n counts elements.
 * Addition is bit_xor of the family of packed bits. */
#ifndef PARLEY_BINARY_FIELD_CONTRACT_H
#define PARLEY_BINARY_FIELD_CONTRACT_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
    /* Elementwise over n elements: x y, x s for a single element s, x^2, and x^-1 with
     * 0^-1 = 0. */
    void (*mul_128)(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n);
    void (*scale_128)(uint64_t *out, const uint64_t *x, const uint64_t *s, size_t n);
    void (*square_128)(uint64_t *out, const uint64_t *x, size_t n);
    void (*invert_128)(uint64_t *out, const uint64_t *x, size_t n);

    /* One element: the sum of x_i y_i, and the sum of those x_i for which bit i of the packed bits is 1 (bits from the
     * n-th on are ignored). 0 for n = 0. */
    void (*inner_128)(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n);
    void (*inner_bits_128)(uint64_t *out, const uint64_t *x, const uint64_t *bits, size_t n);

    /* s^0, s^1, ..., s^(n-1), and one element: the sum of x_i s^i. */
    void (*powers_128)(uint64_t *out, const uint64_t *s, size_t n);
    void (*evaluate_128)(uint64_t *out, const uint64_t *x, const uint64_t *s, size_t n);

    /* The same for GF(2^64). */
    void (*mul_64)(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n);
    void (*scale_64)(uint64_t *out, const uint64_t *x, const uint64_t *s, size_t n);
    void (*square_64)(uint64_t *out, const uint64_t *x, size_t n);
    void (*invert_64)(uint64_t *out, const uint64_t *x, size_t n);
    void (*inner_64)(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n);
    void (*inner_bits_64)(uint64_t *out, const uint64_t *x, const uint64_t *bits, size_t n);
    void (*powers_64)(uint64_t *out, const uint64_t *s, size_t n);
    void (*evaluate_64)(uint64_t *out, const uint64_t *x, const uint64_t *s, size_t n);
} BinaryFieldKernels;

/* Fills a table: a file that has every kernel under its own name says {BINARY_FIELD_KERNELS}. */
#define BINARY_FIELD_KERNELS \
    .mul_128 = mul_128, .scale_128 = scale_128, .square_128 = square_128, .invert_128 = invert_128, \
    .inner_128 = inner_128, .inner_bits_128 = inner_bits_128, .powers_128 = powers_128, .evaluate_128 = evaluate_128, \
    .mul_64 = mul_64, .scale_64 = scale_64, .square_64 = square_64, .invert_64 = invert_64, \
    .inner_64 = inner_64, .inner_bits_64 = inner_bits_64, .powers_64 = powers_64, .evaluate_64 = evaluate_64

extern const BinaryFieldKernels binary_field_portable, binary_field_avx2, binary_field_avx512_ice;

#endif
