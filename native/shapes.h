/* The shapes that entries of several families have, as types of functions: `Binary parley_add;` declares an entry. n
 * counts elements, of one word or two as the family says. cffi reads this text before all exports. */
#ifndef PARLEY_SHAPES_H
#define PARLEY_SHAPES_H

#include <stddef.h>
#include <stdint.h>

typedef void Unary(uint64_t *out, const uint64_t *x, size_t n);
typedef void Binary(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n);

/* Elementwise what follows a product's opening: c, d b and e a added up, and d e where with_de is not 0 (it is public). */
typedef void Recombine(uint64_t *out, const uint64_t *c, const uint64_t *d, const uint64_t *b, const uint64_t *e,
                       const uint64_t *a, size_t n, int with_de);

/* Elementwise what one of three parties has of a product of replicated shares: x0 (y0 + y1) + x1 y0 + after - before. */
typedef void MaskedProduct(uint64_t *out, const uint64_t *x0, const uint64_t *x1, const uint64_t *y0, const uint64_t *y1,
                           const uint64_t *before, const uint64_t *after, size_t n);

/* Elementwise x << s; s is public and below the bits of an element. */
typedef void ShiftLeft(uint64_t *out, const uint64_t *x, unsigned s, size_t n);

/* Elementwise x * factor + plus; factor and plus are one element each, which may be secret and lie apart from out. */
typedef void Affine(uint64_t *out, const uint64_t *x, const uint64_t *factor, const uint64_t *plus, size_t n);

/* x (outer, count, inner) summed over its middle axis: out (outer, inner), apart from x. */
typedef void SumOfAxis(uint64_t *out, const uint64_t *x, size_t outer, size_t count, size_t inner);

#endif
