/* The slow, obvious reference: plain C for any machine. */

#include "kernels.h"

static void matmul(uint64_t *out, Matrix x, Matrix y, size_t rows, size_t inner, size_t columns) {
    for (size_t i = 0; i < rows; i++) {
        uint64_t *row = out + i * columns;
        for (size_t j = 0; j < columns; j++) row[j] = 0;
        for (size_t l = 0; l < inner; l++) {
            const uint64_t factor = x.words[i * x.row + l * x.column];
            for (size_t j = 0; j < columns; j++) row[j] += factor * y.words[l * y.row + j * y.column];
        }
    }
}

const MatmulKernels matmul_portable = {OWN(matmul)};
