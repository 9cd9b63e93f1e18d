/* Arithmetic in GF(2^128) and GF(2^64), polynomial basis: bit i is the coefficient of x^i; docs/algorithms/
 * binary_fields.md says how that relates to GHASH's order of bits.
 *
 * GF(2^128) is modulo x^128 + x^7 + x^2 + x + 1, an element is two words, the lower one first; GF(2^64) is modulo
 * x^64 + x^4 + x^3 + x + 1, an element is one word. Every word is valid, nothing is ever not reduced. n counts elements.
 * Addition is bit_xor of the family of packed bits. */
#ifndef PARLEY_BINARY_FIELD_EXPORTS_H
#define PARLEY_BINARY_FIELD_EXPORTS_H

#include "shapes.h"

/* Elementwise: x y, x^2, and x^-1 with 0^-1 = 0. */
Binary parley_gf_mul_64, parley_gf_mul_128;
Unary parley_gf_square_64, parley_gf_square_128;
Unary parley_gf_invert_64, parley_gf_invert_128;

/* Elementwise: x s for a single element s, apart from out. */
typedef void Scale(uint64_t *out, const uint64_t *x, const uint64_t *s, size_t n);
Scale parley_gf_scale_64, parley_gf_scale_128;

/* One element: the sum of x_i y_i; that of those x_i for which bit i of the packed bits is 1 (bits from the n-th on are
 * ignored); that of x_i s^i for a single element s. 0 for n = 0. */
typedef void Inner(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n);
typedef void InnerBits(uint64_t *out, const uint64_t *x, const uint64_t *bits, size_t n);
typedef void Evaluate(uint64_t *out, const uint64_t *x, const uint64_t *s, size_t n);
Inner parley_gf_inner_64, parley_gf_inner_128;
InnerBits parley_gf_inner_bits_64, parley_gf_inner_bits_128;
Evaluate parley_gf_evaluate_64, parley_gf_evaluate_128;

/* s^0, s^1, ..., s^(n-1). */
typedef void Powers(uint64_t *out, const uint64_t *s, size_t n);
Powers parley_gf_powers_64, parley_gf_powers_128;

#endif
