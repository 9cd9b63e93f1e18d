/* Products of matrices of words. */
#ifndef PARLEY_MATMUL_CONTRACT_H
#define PARLEY_MATMUL_CONTRACT_H

#include <stddef.h>
#include <stdint.h>

/* A matrix in memory: its element (i, j) is words[i * row + j * column]. Any steps are allowed, so that transposed,
 * sliced and repeated matrices need no copy; a step of 1 is what the kernels are quick with. */
typedef struct {
    const uint64_t *words;
    size_t row, column;
} Matrix;

/* out (rows, columns), row-major without gaps, = x (rows, inner) * y (inner, columns). Steps are in words. No dimension is
 * restricted: inner == 0 gives zeros. */
typedef void MatrixProduct(uint64_t *out, Matrix x, Matrix y, size_t rows, size_t inner, size_t columns);

typedef struct {
    MatrixProduct *matmul;
} MatmulKernels;

extern const MatmulKernels matmul_portable, matmul_avx2, matmul_avx512, matmul_amx;

#endif
