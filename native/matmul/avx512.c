/* AVX-512: tiles of 8 rows by two registers, 16 sums at a time. */

#include "kernels.h"

#if defined(__x86_64__)

#include "targets/avx512.h"

enum { PANEL = 16, TILE = 8 };

#include "matmul/blocks.h"

/* `rows` and `vectors` (registers a row) are constants where this is inlined. */
static inline __attribute__((always_inline)) void tile_of(const size_t rows, const size_t vectors, uint64_t *out,
                                                          size_t out_step, const uint64_t *x, size_t x_step,
                                                          const uint64_t *panel, size_t depth, size_t columns,
                                                          int accumulate) {
    V sums[TILE][2];
    for (size_t i = 0; i < rows; i++)
        for (size_t v = 0; v < vectors; v++) sums[i][v] = _mm512_setzero_si512();
    for (size_t l = 0; l < depth; l++) {
        V y[2];
        for (size_t v = 0; v < vectors; v++) y[v] = load(panel + l * PANEL + 8 * v);
        for (size_t i = 0; i < rows; i++) {
            const V factor = spread(x[i * x_step + l]);
            for (size_t v = 0; v < vectors; v++)
                sums[i][v] = _mm512_add_epi64(sums[i][v], _mm512_mullo_epi64(factor, y[v]));
        }
    }
    for (size_t i = 0; i < rows; i++)
        for (size_t v = 0; v < vectors; v++) {
            uint64_t *place = out + i * out_step + 8 * v;
            const size_t words = at_most(columns - 8 * v, 8);
            const V before = accumulate ? load_first(place, words) : _mm512_setzero_si512();
            store_first(place, words, _mm512_add_epi64(before, sums[i][v]));
        }
}

#define TILE_CASE(rows)                                                                                     \
    case rows:                                                                                              \
        if (columns > 8)                                                                                    \
            tile_of(rows, 2, out, out_step, x, x_step, panel, depth, columns, accumulate);                  \
        else                                                                                                \
            tile_of(rows, 1, out, out_step, x, x_step, panel, depth, columns, accumulate);                  \
        break;

static void tile(uint64_t *out, size_t out_step, const uint64_t *x, size_t x_step, const uint64_t *panel, size_t depth,
                 size_t rows, size_t columns, int accumulate) {
    switch (rows) {
        TILE_CASE(1)
        TILE_CASE(2)
        TILE_CASE(3)
        TILE_CASE(4)
        TILE_CASE(5)
        TILE_CASE(6)
        TILE_CASE(7)
        TILE_CASE(8)
    }
}

/* out += x (4) * y (4, columns): one pass over four rows of y at a time. */
static void add_four_rows(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t columns) {
    const V x0 = spread(x[0]), x1 = spread(x[1]), x2 = spread(x[2]), x3 = spread(x[3]);
    const uint64_t *y1 = y + columns, *y2 = y1 + columns, *y3 = y2 + columns;
    for (size_t j = 0; j < columns; j += 8) {
        const size_t words = at_most(columns - j, 8);
        const V p0 = _mm512_mullo_epi64(x0, load_first(y + j, words));
        const V p1 = _mm512_mullo_epi64(x1, load_first(y1 + j, words));
        const V p2 = _mm512_mullo_epi64(x2, load_first(y2 + j, words));
        const V p3 = _mm512_mullo_epi64(x3, load_first(y3 + j, words));
        const V sum = _mm512_add_epi64(_mm512_add_epi64(p0, p1), _mm512_add_epi64(p2, p3));
        store_first(out + j, words, _mm512_add_epi64(load_first(out + j, words), sum));
    }
}

static void row_product(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t inner, size_t columns) {
    size_t l = 0;
    memset(out, 0, columns * sizeof *out);
    for (; l + 4 <= inner; l += 4) add_four_rows(out, x + l, y + l * columns, columns);
    for (; l < inner; l++)
        for (size_t j = 0; j < columns; j++) out[j] += x[l] * y[l * columns + j];
}

/* Not the compiler's own reduction, which adds signed integers: they may overflow. */
static inline uint64_t sum_of_lanes(V v) {
    const __m256i four = _mm256_add_epi64(_mm512_castsi512_si256(v), _mm512_extracti64x4_epi64(v, 1));
    const __m128i two = _mm_add_epi64(_mm256_castsi256_si128(four), _mm256_extracti128_si256(four, 1));
    return (uint64_t)_mm_cvtsi128_si64(two) + (uint64_t)_mm_extract_epi64(two, 1);
}

static void column_product(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t rows, size_t inner) {
    for (size_t i = 0; i < rows; i++) {
        const uint64_t *row = x + i * inner;
        V even = _mm512_setzero_si512(), odd = even;
        size_t l = 0;
        for (; l + 16 <= inner; l += 16) {
            even = _mm512_add_epi64(even, _mm512_mullo_epi64(load(row + l), load(y + l)));
            odd = _mm512_add_epi64(odd, _mm512_mullo_epi64(load(row + l + 8), load(y + l + 8)));
        }
        for (; l < inner; l += 8) {
            const size_t words = at_most(inner - l, 8);
            even = _mm512_add_epi64(even, _mm512_mullo_epi64(load_first(row + l, words), load_first(y + l, words)));
        }
        out[i] = sum_of_lanes(_mm512_add_epi64(even, odd));
    }
}

const MatmulKernels matmul_avx512 = {
    .matmul = matmul,
};

#include "targets/end.h"

#endif
