/* The slow, obvious reference: plain C for any machine. */

#include "kernels.h"

#include "weights/differences.h"

static inline uint64_t element(int16_t weight) { return (uint64_t)(int64_t)weight; }

static void product(uint64_t *out, size_t out_row, Matrix x, const int16_t *w, size_t w_row, size_t rows, size_t inner,
                    size_t columns) {
    for (size_t i = 0; i < rows; i++) {
        uint64_t *row = out + i * out_row;
        for (size_t j = 0; j < columns; j++) row[j] = 0;
        for (size_t l = 0; l < inner; l++) {
            const uint64_t factor = x.words[i * x.row + l * x.column];
            for (size_t j = 0; j < columns; j++) row[j] += factor * element(w[l * w_row + j]);
        }
    }
}

static void transposed(uint64_t *out, size_t out_row, Matrix x, const int16_t *w, size_t w_row, size_t rows,
                       size_t inner, size_t columns) {
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < columns; j++) {
            uint64_t sum = 0;
            for (size_t l = 0; l < inner; l++)
                sum += x.words[i * x.row + l * x.column] * element(w[j * w_row + l]);
            out[i * out_row + j] = sum;
        }
}

const WeightKernels weights_portable = {OWN(product) OWN(transposed) OWN(difference)};
