/* Products of words by matrices of small integers, the weights of a model; and matrices of words that are a stream of
 * AES-128 (aes/exports.h) and never stand in memory whole. Everything but lengths and steps is secret.
 *
 * x (rows, inner): its element (i, l) is x[i * x_row + l * x_column]. out (rows, columns): its rows begin out_row >= columns
 * words apart, and what lies between them is not touched. No dimension is restricted: inner == 0 gives zeros. */
#ifndef PARLEY_WEIGHTS_EXPORTS_H
#define PARLEY_WEIGHTS_EXPORTS_H

#include <stddef.h>
#include <stdint.h>

/* out = x w for w (inner, columns), and x times the transpose of w (columns, inner), modulo 2^64. The rows of w begin
 * w_row elements apart. */
void parley_weights_product(uint64_t *out, size_t out_row, const uint64_t *x, size_t x_row, size_t x_column,
                            const int16_t *w, size_t w_row, size_t rows, size_t inner, size_t columns);
void parley_weights_transposed(uint64_t *out, size_t out_row, const uint64_t *x, size_t x_row, size_t x_column,
                               const int16_t *w, size_t w_row, size_t rows, size_t inner, size_t columns);

/* The same two products by a matrix of which element (i, j) is word first + i * step + j of the key's stream from block
 * `block` on; step is at least the length of its rows, and no block passes 2^64. */
void parley_weights_by_stream(uint64_t *out, size_t out_row, const uint64_t *x, size_t x_row, size_t x_column,
                              const uint8_t key[16], uint64_t block, size_t first, size_t step, size_t rows,
                              size_t inner, size_t columns);
void parley_weights_by_stream_transposed(uint64_t *out, size_t out_row, const uint64_t *x, size_t x_row,
                                         size_t x_column, const uint8_t key[16], uint64_t block, size_t first,
                                         size_t step, size_t rows, size_t inner, size_t columns);

/* out[i] = w[i] minus word first + i of that stream, for n weights. */
void parley_weights_masked(uint64_t *out, const int16_t *w, const uint8_t key[16], uint64_t block, size_t first,
                           size_t n);

#endif
