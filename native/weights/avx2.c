/* AVX2: a word is a signed lower half and what is left of it, x = s + 2^32 h, and each half has an instruction that
 * multiplies it by a weight. The two parts are summed apart, so that the shift by 32 is done once for all lines. */

#include "kernels.h"

#if defined(__x86_64__)

#include "targets/avx2.h"

enum { LINES = 4, SPAN = 8, LANES = 4 };

#include "weights/blocks.h"
#include "weights/differences.h"

static inline V weights(const int16_t *p) { return _mm256_cvtepi16_epi64(_mm_loadl_epi64((const __m128i *)p)); }

/* h of each word: its upper half, and one more where the lower half is negative. */
static inline V upper(V x) { return _mm256_srli_epi64(_mm256_add_epi64(x, spread(1u << 31)), 32); }

static inline V joined(V low, V high) { return _mm256_add_epi64(low, _mm256_slli_epi64(high, 32)); }

static inline void whole_lines(uint64_t *out, size_t out_row, const uint64_t factors[][LINES], size_t rows,
                        const int16_t *const lines[LINES], size_t j, int accumulate) {
    V w[LINES][2];
    for (size_t k = 0; k < LINES; k++)
        for (size_t v = 0; v < 2; v++) w[k][v] = weights(lines[k] + j + LANES * v);
    for (size_t i = 0; i < rows; i++) {
        V low[2], high[2];
        for (size_t v = 0; v < 2; v++) low[v] = high[v] = _mm256_setzero_si256();
        for (size_t k = 0; k < LINES; k++) {
            const V factor = spread(factors[i][k]), over = upper(factor);
            for (size_t v = 0; v < 2; v++) {
                low[v] = _mm256_add_epi64(low[v], _mm256_mul_epi32(factor, w[k][v]));
                high[v] = _mm256_add_epi64(high[v], _mm256_mul_epi32(over, w[k][v]));
            }
        }
        for (size_t v = 0; v < 2; v++) {
            uint64_t *place = out + i * out_row + LANES * v;
            const V sum = joined(low[v], high[v]);
            store(place, accumulate ? _mm256_add_epi64(load(place), sum) : sum);
        }
    }
}

static void add_lines(uint64_t *out, size_t out_row, const uint64_t factors[][LINES], size_t rows,
                      const int16_t *const lines[LINES], size_t columns, size_t ahead, int accumulate) {
    size_t j = 0;
    for (; j + SPAN <= columns; j += SPAN) {
        ask(lines, j, ahead);
        whole_lines(out + j, out_row, factors, rows, lines, j, accumulate);
    }
    if (j == columns) return;
    const size_t last = columns - j;
    int16_t padded[LINES][SPAN] = {0};
    const int16_t *copies[LINES];
    uint64_t sums[ROW_BLOCK][SPAN];
    for (size_t k = 0; k < LINES; k++) copies[k] = memcpy(padded[k], lines[k] + j, last * sizeof **padded);
    whole_lines(sums[0], SPAN, factors, rows, copies, 0, 0);
    for (size_t i = 0; i < rows; i++)
        for (size_t c = 0; c < last; c++)
            out[i * out_row + j + c] = sums[i][c] + (accumulate ? out[i * out_row + j + c] : 0);
}

/* `count` and `span` are constants where this is inlined; n is a multiple of LANES. */
static inline __attribute__((always_inline)) void dots_of(const size_t count, const size_t span,
                                                          uint64_t sums[FEW][FEW],
                                                          const uint64_t *const vectors[FEW], const int16_t *w,
                                                          size_t w_row, size_t n) {
    V low[FEW][FEW], high[FEW][FEW];
    for (size_t k = 0; k < count; k++)
        for (size_t i = 0; i < span; i++) low[k][i] = high[k][i] = _mm256_setzero_si256();
    for (size_t l = 0; l < n; l += LANES) {
        V y[FEW];
        for (size_t i = 0; i < span; i++) y[i] = weights(w + i * w_row + l);
        for (size_t k = 0; k < count; k++) {
            const V x = load(vectors[k] + l), over = upper(x);
            for (size_t i = 0; i < span; i++) {
                low[k][i] = _mm256_add_epi64(low[k][i], _mm256_mul_epi32(x, y[i]));
                high[k][i] = _mm256_add_epi64(high[k][i], _mm256_mul_epi32(over, y[i]));
            }
        }
    }
    for (size_t k = 0; k < count; k++)
        for (size_t i = 0; i < span; i++) sums[k][i] = sum_of_lanes(joined(low[k][i], high[k][i]));
}

static void dot_products(uint64_t *out, size_t out_row, const uint64_t *const vectors[FEW], size_t count,
                         const int16_t *w, size_t w_row, size_t span, size_t n, int accumulate) {
    const size_t whole = n / LANES * LANES;
    uint64_t sums[FEW][FEW];
    for (size_t k = 0; k < count; k++) {
        if (span == FEW)
            dots_of(1, FEW, sums + k, vectors + k, w, w_row, whole);
        else
            for (size_t i = 0; i < span; i++) {
                uint64_t sum[FEW][FEW];
                dots_of(1, 1, sum, vectors + k, w + i * w_row, w_row, whole);
                sums[k][i] = sum[0][0];
            }
    }
    for (size_t k = 0; k < count; k++)
        for (size_t i = 0; i < span; i++) {
            uint64_t *place = out + k * out_row + i, sum = sums[k][i];
            for (size_t l = whole; l < n; l++) sum += vectors[k][l] * (uint64_t)(int64_t)w[i * w_row + l];
            *place = sum + (accumulate ? *place : 0);
        }
}

const WeightKernels weights_avx2 = {OWN(product) OWN(transposed) OWN(difference)};

#include "targets/end.h"

#endif
