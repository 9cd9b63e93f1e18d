/* A modulus is what parley_field_prepare writes: 8 words. Arrays hold 1 or 2 words an element; counts are of elements. */
#ifndef PARLEY_FIELD_EXPORTS_H
#define PARLEY_FIELD_EXPORTS_H

#include <stddef.h>
#include <stdint.h>

/* Fills `field` (8 words) for p = p_high * 2^64 + p_low; returns the words of an element, or 0 if there are no kernels for
 * p: those exist for 2 <= p < 2^64 and for p = 2^128 - 7 * 2^66 + 1. */
int parley_field_prepare(uint64_t *field, uint64_t p_low, uint64_t p_high);

/* How many of n elements are not below p. */
size_t parley_field_count_wrong(const uint64_t *x, size_t n, const uint64_t *field);

/* x mod p for n elements whose words are any. `out` may be x. */
void parley_field_reduce(uint64_t *out, const uint64_t *x, size_t n, const uint64_t *field);

typedef void FieldBinary(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n, const uint64_t *field);
FieldBinary parley_field_add, parley_field_sub, parley_field_mul;
void parley_field_neg(uint64_t *out, const uint64_t *x, size_t n, const uint64_t *field);
void parley_field_scale(uint64_t *out, const uint64_t *x, const uint64_t *s, size_t n, const uint64_t *field);
void parley_field_mul_add(uint64_t *out, const uint64_t *c, const uint64_t *x, const uint64_t *y, size_t n,
                          const uint64_t *field);
void parley_field_recombine(uint64_t *out, const uint64_t *c, const uint64_t *d, const uint64_t *b, const uint64_t *e,
                            const uint64_t *a, size_t n, int with_de, const uint64_t *field);

/* The sums of `rows` rows of n elements; n < 2^32. */
void parley_field_sum(uint64_t *out, const uint64_t *x, size_t rows, size_t n, const uint64_t *field);

/* `batch` products; x_step and y_step are the elements from one matrix to the next, 0 where all products share one. */
void parley_field_matmul(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t batch, size_t x_step,
                         size_t y_step, size_t rows, size_t inner, size_t columns, const uint64_t *field);

/* Of each of `batch` pairs of matrices (rows, columns): out (columns) is the sum of x * y over the rows. */
void parley_field_column_dots(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t batch, size_t rows,
                              size_t columns, const uint64_t *field);

/* Of each of `batch` arrays of n elements, in rows of `columns` of which the last may be shorter: out (2, columns) is the
 * sum over rows k of w[k] r[k]^(j+1) x[k][j], and that of w[k] x[k][j], for each column j. A row has its own w and r,
 * (batch, rows). */
void parley_field_power_sums(uint64_t *out, const uint64_t *x, size_t batch, size_t n, size_t columns,
                             const uint64_t *w, const uint64_t *r, const uint64_t *field);

/* Elementwise: x to the power e = e_high * 2^64 + e_low, which is public; 0^0 is 1. */
void parley_field_power(uint64_t *out, const uint64_t *x, size_t n, uint64_t e_low, uint64_t e_high,
                        const uint64_t *field);

/* out (n) = 1, x, x^2, ..., x^(n - 1) for one element x. */
void parley_field_powers(uint64_t *out, const uint64_t *x, size_t n, const uint64_t *field);

/* 1 / x for each of n elements, and 0 where x is 0, in the same time; p is prime, `out` is not x. */
void parley_field_inverse(uint64_t *out, const uint64_t *x, size_t n, const uint64_t *field);

/* Elements that transforms handle side by side, B: it decides how twiddles are laid out and how much room is needed. */
size_t parley_field_ntt_block(const uint64_t *field);

/* The transform X[k] = sum over j of x[j] w^(jk) of each of `batch` arrays of n = rows * columns elements, both powers of
 * two; in natural order on both sides. row_roots (rows) are the powers of w^columns, column_roots (columns) those of
 * w^rows. twiddles (columns / b, rows, b), b = min(B, columns), holds s w^(jk) for column j = b * (first index) + last
 * index and k the bits of the second index in reverse; s scales the result. work has room for rows * columns +
 * B * max(rows, columns) elements. `out` may be x; work overlaps nothing. */
void parley_field_ntt(uint64_t *out, const uint64_t *x, uint64_t *work, size_t batch, size_t rows, size_t columns,
                      const uint64_t *row_roots, const uint64_t *column_roots, const uint64_t *twiddles,
                      const uint64_t *field);

/* The same transform for arrays so short that B of them are done at once: roots (n) are the powers of w, n a power of
 * two, s = 1. work has room for B * n elements. `out` may be x. */
void parley_field_ntt_short(uint64_t *out, const uint64_t *x, uint64_t *work, size_t batch, size_t n,
                            const uint64_t *roots, const uint64_t *field);

#endif
