/* Products of matrices of words. */
#ifndef PARLEY_MATMUL_CONTRACT_H
#define PARLEY_MATMUL_CONTRACT_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
    /* Row-major product: out (rows, columns) = x (rows, inner) * y (inner, columns). No dimension is restricted:
     * inner == 0 gives zeros. */
    void (*matmul)(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t rows, size_t inner, size_t columns);
} MatmulKernels;

extern const MatmulKernels matmul_portable, matmul_avx2, matmul_avx512;

#endif
