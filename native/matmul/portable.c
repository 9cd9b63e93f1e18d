/* The slow, obvious reference: plain C for any machine. */

#include "kernels.h"

static void matmul(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t rows, size_t inner, size_t columns) {
    for (size_t i = 0; i < rows; i++) {
        uint64_t *row = out + i * columns;
        for (size_t j = 0; j < columns; j++) row[j] = 0;
        for (size_t l = 0; l < inner; l++)
            for (size_t j = 0; j < columns; j++) row[j] += x[i * inner + l] * y[l * columns + j];
    }
}

const MatmulKernels matmul_portable = {
    .matmul = matmul,
};
