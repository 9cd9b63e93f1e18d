#ifndef PARLEY_CURVE_EXPORTS_H
#define PARLEY_CURVE_EXPORTS_H

#include <stddef.h>
#include <stdint.h>

/* Points are 16 words, scalars and encodings 4: native/curve/contract.h. All scalars of a call are below 2^bits, bits <= 254. No `out` overlaps an input, but that of add and
 * sub may be one of the operands. */

/* valid[i] is 1, and out[i] the point, where encoding i is the one of a group element (RFC 9496, 4.3.1); else 0, and the
 * neutral element. What is decoded is the same work for all bytes. */
void parley_curve_decode(uint64_t *out, uint64_t *valid, const uint64_t *encodings, size_t n);
/* The encoding of each point (RFC 9496, 4.3.2). */
void parley_curve_encode(uint64_t *out, const uint64_t *points, size_t n);
/* The element that each 8 words of uniform bits are mapped to (RFC 9496, 4.3.4). */
void parley_curve_from_uniform(uint64_t *out, const uint64_t *uniform, size_t n);
/* out[i] is 1 where x[i] and y[i] are one element, else 0. */
void parley_curve_equal(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n);
/* Elementwise x + y and x - y. */
void parley_curve_add(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n);
void parley_curve_sub(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n);
/* out[i] = scalars[i] points[i]. */
void parley_curve_mul(uint64_t *out, const uint64_t *points, const uint64_t *scalars, size_t bits, size_t n);

/* The table of each base for scalars of so many bits, parley_curve_table(bits) words: 1 to 8 times 16^i times the base,
 * for i up to (bits + 1) / 4. */
size_t parley_curve_table(size_t bits);
void parley_curve_tables(uint64_t *out, const uint64_t *bases, size_t bits, size_t n);
/* out[r] = sum over j of scalars[r, j] base j, from the tables of the bases for so many bits: scalars (rows, bases). */
void parley_curve_sum_of_bases(uint64_t *out, const uint64_t *tables, const uint64_t *scalars, size_t bits,
                               size_t rows, size_t bases);

/* out[r] = sum over j of scalars[r, j] points[r, j]: scalars and points (rows, terms). workspace: as many words as
 * parley_curve_workspace says for so many terms; what it holds afterwards is as secret as the operands. */
size_t parley_curve_workspace(size_t terms);
typedef void SumOfProducts(uint64_t *out, const uint64_t *points, const uint64_t *scalars, size_t bits, size_t rows,
                           size_t terms, uint64_t *workspace);
SumOfProducts parley_curve_sum_of_products, parley_curve_sum_of_products_var;

#endif
