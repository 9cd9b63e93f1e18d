/* AVX-512: weights become words in registers, eight at a time, and vpmullq multiplies. */

#include "kernels.h"

#if defined(__x86_64__)

#include "targets/avx512.h"

enum { LINES = 8, SPAN = 16 }; /* lines and columns whose weights are in registers together */

#include "weights/blocks.h"
#include "weights/differences.h"

/* Eight weights, or the first `count` of them and zeros. */
static inline V weights(const int16_t *p, size_t count) {
    const __m128i narrow = count == 8 ? _mm_loadu_si128((const __m128i *)p) : _mm_maskz_loadu_epi16(first(count), p);
    return _mm512_cvtepi16_epi64(narrow);
}

static inline V words(const uint64_t *p, size_t count) { return count == 8 ? load(p) : load_first(p, count); }

static inline void put(uint64_t *p, size_t count, V v) {
    if (count == 8)
        store(p, v);
    else
        store_first(p, count, v);
}

/* `vectors` is a constant where this is inlined; the last register has `last` columns. */
static inline __attribute__((always_inline)) void lines_of(const size_t vectors, uint64_t *out, size_t out_row,
                                                           const uint64_t factors[][LINES], size_t rows,
                                                           const int16_t *const lines[LINES], size_t j, size_t last,
                                                           int accumulate) {
    V w[LINES][2];
    for (size_t k = 0; k < LINES; k++)
        for (size_t v = 0; v < vectors; v++) w[k][v] = weights(lines[k] + j + 8 * v, v + 1 < vectors ? 8 : last);
    for (size_t i = 0; i < rows; i++) {
        V sums[2];
        for (size_t v = 0; v < vectors; v++)
            sums[v] = accumulate ? words(out + i * out_row + j + 8 * v, v + 1 < vectors ? 8 : last)
                                 : _mm512_setzero_si512();
        for (size_t k = 0; k < LINES; k++) {
            const V factor = spread(factors[i][k]);
            for (size_t v = 0; v < vectors; v++)
                sums[v] = _mm512_add_epi64(sums[v], _mm512_mullo_epi64(factor, w[k][v]));
        }
        for (size_t v = 0; v < vectors; v++) put(out + i * out_row + j + 8 * v, v + 1 < vectors ? 8 : last, sums[v]);
    }
}

static void add_lines(uint64_t *out, size_t out_row, const uint64_t factors[][LINES], size_t rows,
                      const int16_t *const lines[LINES], size_t columns, size_t ahead, int accumulate) {
    size_t j = 0;
    for (; j + SPAN <= columns; j += SPAN) {
        ask(lines, j, ahead);
        lines_of(2, out, out_row, factors, rows, lines, j, 8, accumulate);
    }
    if (columns - j > 8)
        lines_of(2, out, out_row, factors, rows, lines, j, columns - j - 8, accumulate);
    else if (columns > j)
        lines_of(1, out, out_row, factors, rows, lines, j, columns - j, accumulate);
}

/* `count` and `span` are constants where this is inlined. */
static inline __attribute__((always_inline)) void dots_of(const size_t count, const size_t span, uint64_t *out,
                                                          size_t out_row, const uint64_t *const vectors[FEW],
                                                          const int16_t *w, size_t w_row, size_t n, int accumulate) {
    V sums[FEW][FEW];
    for (size_t k = 0; k < count; k++)
        for (size_t i = 0; i < span; i++) sums[k][i] = _mm512_setzero_si512();
    for (size_t l = 0; l < n; l += 8) {
        const size_t here = at_most(n - l, 8);
        V x[FEW];
        for (size_t k = 0; k < count; k++) x[k] = words(vectors[k] + l, here);
        for (size_t i = 0; i < span; i++) {
            const V y = weights(w + i * w_row + l, here);
            if (l % LINE == 0) __builtin_prefetch(w + (2 * FEW + i) * w_row + l, 0, 2);
            for (size_t k = 0; k < count; k++)
                sums[k][i] = _mm512_add_epi64(sums[k][i], _mm512_mullo_epi64(x[k], y));
        }
    }
    for (size_t k = 0; k < count; k++)
        for (size_t i = 0; i < span; i++) {
            uint64_t *place = out + k * out_row + i;
            *place = sum_of_lanes(sums[k][i]) + (accumulate ? *place : 0);
        }
}

#define DOTS_CASE(count)                                                                             \
    case count:                                                                                      \
        if (span == FEW)                                                                             \
            dots_of(count, FEW, out, out_row, vectors, w, w_row, n, accumulate);                     \
        else                                                                                         \
            for (size_t i = 0; i < span; i++)                                                        \
                dots_of(count, 1, out + i, out_row, vectors, w + i * w_row, w_row, n, accumulate);   \
        break;

static void dot_products(uint64_t *out, size_t out_row, const uint64_t *const vectors[FEW], size_t count,
                         const int16_t *w, size_t w_row, size_t span, size_t n, int accumulate) {
    switch (count) {
        DOTS_CASE(1)
        DOTS_CASE(2)
        DOTS_CASE(3)
        DOTS_CASE(4)
    }
}

const WeightKernels weights_avx512 = {OWN(product) OWN(transposed) OWN(difference)};

#include "targets/end.h"

#endif
