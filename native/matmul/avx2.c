/* AVX2: tiles of 2 rows by two registers. Low and cross products are summed apart, so that the shift by 32 is done
 * once a tile; the upper halves of x come for free as broadcast 32-bit loads. */

#include "kernels.h"

#if defined(__x86_64__)

#include "targets/avx2.h"

#include "targets/avx2_mul.h"

enum { PANEL = 8, TILE = 2 };

#include "matmul/blocks.h"

static inline V spread_upper_half(const uint64_t *word) {
    int32_t upper;
    memcpy(&upper, (const uint8_t *)word + 4, sizeof upper);
    return _mm256_set1_epi32(upper);
}

static inline void tile_store(uint64_t *out, V sum, size_t words, int accumulate) {
    uint64_t lanes[4];
    store(lanes, sum);
    for (size_t j = 0; j < words; j++) out[j] = lanes[j] + (accumulate ? out[j] : 0);
}

/* `rows` is a constant where this is inlined. */
static inline __attribute__((always_inline)) void tile_of(const size_t rows, uint64_t *out, size_t out_step,
                                                          const uint64_t *x, size_t x_step, const uint64_t *panel,
                                                          size_t depth, size_t columns, int accumulate) {
    V low[TILE][2], cross[TILE][2];
    for (size_t i = 0; i < rows; i++)
        for (int v = 0; v < 2; v++) low[i][v] = cross[i][v] = _mm256_setzero_si256();
    for (size_t l = 0; l < depth; l++) {
        for (int v = 0; v < 2; v++) {
            const V y = load(panel + l * PANEL + 4 * v), y_upper = upper_halves(y);
            for (size_t i = 0; i < rows; i++) {
                const uint64_t *factor = x + i * x_step + l;
                const V f = spread(*factor), f_upper = spread_upper_half(factor);
                low[i][v] = _mm256_add_epi64(low[i][v], _mm256_mul_epu32(f, y));
                cross[i][v] = _mm256_add_epi64(cross[i][v], _mm256_mul_epu32(f, y_upper));
                cross[i][v] = _mm256_add_epi64(cross[i][v], _mm256_mul_epu32(f_upper, y));
            }
        }
    }
    for (size_t i = 0; i < rows; i++)
        for (size_t v = 0; v < 2 && 4 * v < columns; v++)
            tile_store(out + i * out_step + 4 * v, _mm256_add_epi64(low[i][v], _mm256_slli_epi64(cross[i][v], 32)),
                       at_most(columns - 4 * v, 4), accumulate);
}

static void tile(uint64_t *out, size_t out_step, const uint64_t *x, size_t x_step, const uint64_t *panel, size_t depth,
                 size_t rows, size_t columns, int accumulate) {
    if (rows == 2)
        tile_of(2, out, out_step, x, x_step, panel, depth, columns, accumulate);
    else
        tile_of(1, out, out_step, x, x_step, panel, depth, columns, accumulate);
}

/* out += x (4) * y (4, columns): one pass over four rows of y at a time. */
static void add_four_rows(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t columns) {
    const V x0 = spread(x[0]), x1 = spread(x[1]), x2 = spread(x[2]), x3 = spread(x[3]);
    const uint64_t *y1 = y + columns, *y2 = y1 + columns, *y3 = y2 + columns;
    size_t j = 0;
    for (; j + 4 <= columns; j += 4) {
        const V p01 = _mm256_add_epi64(mul_words(x0, load(y + j)), mul_words(x1, load(y1 + j)));
        const V p23 = _mm256_add_epi64(mul_words(x2, load(y2 + j)), mul_words(x3, load(y3 + j)));
        store(out + j, _mm256_add_epi64(load(out + j), _mm256_add_epi64(p01, p23)));
    }
    for (; j < columns; j++) out[j] += x[0] * y[j] + x[1] * y1[j] + x[2] * y2[j] + x[3] * y3[j];
}

static void row_product(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t inner, size_t columns) {
    size_t l = 0;
    memset(out, 0, columns * sizeof *out);
    for (; l + 4 <= inner; l += 4) add_four_rows(out, x + l, y + l * columns, columns);
    for (; l < inner; l++)
        for (size_t j = 0; j < columns; j++) out[j] += x[l] * y[l * columns + j];
}

static void column_product(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t rows, size_t inner) {
    for (size_t i = 0; i < rows; i++) {
        const uint64_t *row = x + i * inner;
        V sums = _mm256_setzero_si256();
        uint64_t lanes[4], rest = 0;
        size_t l = 0;
        for (; l + 4 <= inner; l += 4) sums = _mm256_add_epi64(sums, mul_words(load(row + l), load(y + l)));
        for (; l < inner; l++) rest += row[l] * y[l];
        store(lanes, sums);
        out[i] = lanes[0] + lanes[1] + lanes[2] + lanes[3] + rest;
    }
}

const MatmulKernels matmul_avx2 = {
    .matmul = matmul,
};

#include "targets/end.h"

#endif
