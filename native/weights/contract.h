/* Products of words by weights: integers of 16 bits with a sign, as elements of Z_2^64. */
#ifndef PARLEY_WEIGHTS_CONTRACT_H
#define PARLEY_WEIGHTS_CONTRACT_H

#include <stddef.h>
#include <stdint.h>

#include "matmul/contract.h"

/* out (rows, columns), whose rows begin out_row words apart, = x (rows, inner) times a matrix of weights. */
typedef void WeightProduct(uint64_t *out, size_t out_row, Matrix x, const int16_t *w, size_t w_row, size_t rows,
                           size_t inner, size_t columns);

typedef struct {
    /* By w (inner, columns), and by the transpose of w (columns, inner); rows of w begin w_row elements apart. */
    WeightProduct *product, *transposed;
    /* Elementwise w - words for n of them. */
    void (*difference)(uint64_t *out, const int16_t *w, const uint64_t *words, size_t n);
} WeightKernels;

extern const WeightKernels weights_portable, weights_avx2, weights_avx512;

#endif
