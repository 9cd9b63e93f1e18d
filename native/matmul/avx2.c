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

static inline void put(uint64_t *out, size_t words, V sum, int accumulate) {
    uint64_t lanes[4];
    store(lanes, sum);
    for (size_t j = 0; j < words; j++) out[j] = lanes[j] + (accumulate ? out[j] : 0);
}

/* `rows` is a constant where this is inlined. */
static inline __attribute__((always_inline)) void tile_of(const size_t rows, uint64_t *out, size_t out_step,
                                                          Matrix x, const uint64_t *panel, size_t depth, size_t columns,
                                                          int accumulate) {
    V low[TILE][2], cross[TILE][2];
    for (size_t i = 0; i < rows; i++)
        for (int v = 0; v < 2; v++) low[i][v] = cross[i][v] = _mm256_setzero_si256();
    for (size_t l = 0; l < depth; l++) {
        for (int v = 0; v < 2; v++) {
            const V y = load(panel + l * PANEL + 4 * v), y_upper = upper_halves(y);
            for (size_t i = 0; i < rows; i++) {
                const uint64_t *factor = x.words + i * x.row + l * x.column;
                const V f = spread(*factor), f_upper = spread_upper_half(factor);
                low[i][v] = _mm256_add_epi64(low[i][v], _mm256_mul_epu32(f, y));
                cross[i][v] = _mm256_add_epi64(cross[i][v], _mm256_mul_epu32(f, y_upper));
                cross[i][v] = _mm256_add_epi64(cross[i][v], _mm256_mul_epu32(f_upper, y));
            }
        }
    }
    for (size_t i = 0; i < rows; i++)
        for (size_t v = 0; v < 2 && 4 * v < columns; v++)
            put(out + i * out_step + 4 * v, at_most(columns - 4 * v, 4),
                _mm256_add_epi64(low[i][v], _mm256_slli_epi64(cross[i][v], 32)), accumulate);
}

static void tile(uint64_t *out, size_t out_step, Matrix x, const uint64_t *panel, size_t depth, size_t rows,
                 size_t columns, int accumulate) {
    if (rows == 2)
        tile_of(2, out, out_step, x, panel, depth, columns, accumulate);
    else
        tile_of(1, out, out_step, x, panel, depth, columns, accumulate);
}

static inline void add_to_row(uint64_t *out, const uint64_t factors[4], const uint64_t *const rows[4], size_t columns,
                              int accumulate) {
    const V f0 = spread(factors[0]), f1 = spread(factors[1]), f2 = spread(factors[2]), f3 = spread(factors[3]);
    size_t j = 0;
    for (; j + 4 <= columns; j += 4) {
        const V p01 = _mm256_add_epi64(mul_words(f0, load(rows[0] + j)), mul_words(f1, load(rows[1] + j)));
        const V p23 = _mm256_add_epi64(mul_words(f2, load(rows[2] + j)), mul_words(f3, load(rows[3] + j)));
        const V before = accumulate ? load(out + j) : _mm256_setzero_si256();
        store(out + j, _mm256_add_epi64(before, _mm256_add_epi64(p01, p23)));
    }
    for (; j < columns; j++) {
        uint64_t sum = accumulate ? out[j] : 0;
        for (size_t k = 0; k < 4; k++) sum += factors[k] * rows[k][j];
        out[j] = sum;
    }
}

static void add_four_rows(uint64_t *out, size_t out_step, size_t count, const uint64_t factors[FEW][4],
                          const uint64_t *const rows[4], size_t columns, int accumulate) {
    for (size_t i = 0; i < count; i++) add_to_row(out + i * out_step, factors[i], rows, columns, accumulate);
}

static inline uint64_t dot_product(const uint64_t *x, const uint64_t *y, size_t n) {
    V even = _mm256_setzero_si256(), odd = even;
    uint64_t lanes[4], sum = 0;
    size_t l = 0;
    for (; l + 8 <= n; l += 8) {
        even = _mm256_add_epi64(even, mul_words(load(x + l), load(y + l)));
        odd = _mm256_add_epi64(odd, mul_words(load(x + l + 4), load(y + l + 4)));
    }
    for (; l < n; l++) sum += x[l] * y[l];
    store(lanes, _mm256_add_epi64(even, odd));
    return lanes[0] + lanes[1] + lanes[2] + lanes[3] + sum;
}

static void dot_products(uint64_t *out, size_t few_step, size_t many_step, size_t count,
                         const uint64_t *const few[FEW], const uint64_t *many, size_t many_row, size_t span, size_t n,
                         int accumulate) {
    for (size_t k = 0; k < count; k++)
        for (size_t i = 0; i < span; i++) {
            uint64_t *place = out + k * few_step + i * many_step;
            *place = dot_product(few[k], many + i * many_row, n) + (accumulate ? *place : 0);
        }
}

const MatmulKernels matmul_avx2 = {OWN(matmul)};

#include "targets/end.h"

#endif
