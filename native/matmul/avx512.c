/* AVX-512: tiles of 8 rows by two registers, 16 sums at a time. */

#include "kernels.h"

#if defined(__x86_64__)

#include "targets/avx512.h"

enum { PANEL = 16, TILE = 8 };

/* Rows that are read together are short runs, at whose beginnings the processor's own fetching starts anew: what is read
 * so many blocks of rows later is asked for, into the second-level cache. */
enum { BLOCKS_AHEAD = 2 };

#include "matmul/blocks.h"

static inline void put(uint64_t *place, size_t words, V sum, int accumulate) {
    if (words == 8)
        store(place, accumulate ? _mm512_add_epi64(load(place), sum) : sum);
    else
        store_first(place, words, accumulate ? _mm512_add_epi64(load_first(place, words), sum) : sum);
}

/* `rows` and `vectors` (registers a row) are constants where this is inlined. */
static inline __attribute__((always_inline)) void tile_of(const size_t rows, const size_t vectors, uint64_t *out,
                                                          size_t out_step, Matrix x, const uint64_t *panel,
                                                          size_t depth, size_t columns, int accumulate) {
    V sums[TILE][2];
    for (size_t i = 0; i < rows; i++)
        for (size_t v = 0; v < vectors; v++) sums[i][v] = _mm512_setzero_si512();
    for (size_t l = 0; l < depth; l++) {
        V y[2];
        for (size_t v = 0; v < vectors; v++) y[v] = load(panel + l * PANEL + 8 * v);
        for (size_t i = 0; i < rows; i++) {
            const V factor = spread(x.words[i * x.row + l * x.column]);
            for (size_t v = 0; v < vectors; v++)
                sums[i][v] = _mm512_add_epi64(sums[i][v], _mm512_mullo_epi64(factor, y[v]));
        }
    }
    for (size_t i = 0; i < rows; i++)
        for (size_t v = 0; v < vectors; v++)
            put(out + i * out_step + 8 * v, at_most(columns - 8 * v, 8), sums[i][v], accumulate);
}

#define TILE_CASE(rows)                                                             \
    case rows:                                                                      \
        if (columns > 8)                                                            \
            tile_of(rows, 2, out, out_step, x, panel, depth, columns, accumulate);  \
        else                                                                        \
            tile_of(rows, 1, out, out_step, x, panel, depth, columns, accumulate);  \
        break;

static void tile(uint64_t *out, size_t out_step, Matrix x, const uint64_t *panel, size_t depth, size_t rows,
                 size_t columns, int accumulate) {
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

/* `count` is a constant where this is inlined. */
static inline __attribute__((always_inline)) void rows_of(const size_t count, uint64_t *out, size_t out_step,
                                                          const uint64_t factors[FEW][4],
                                                          const uint64_t *const rows[4], size_t columns,
                                                          int accumulate) {
    const ptrdiff_t ahead = BLOCKS_AHEAD * 4 * (rows[1] - rows[0]);
    V f[FEW][4];
    for (size_t i = 0; i < count; i++)
        for (int k = 0; k < 4; k++) f[i][k] = spread(factors[i][k]);
    for (size_t j = 0; j < columns; j += 8) {
        const size_t words = at_most(columns - j, 8);
        V y[4];
        for (int k = 0; k < 4; k++) {
            y[k] = words == 8 ? load(rows[k] + j) : load_first(rows[k] + j, words);
            __builtin_prefetch(rows[k] + j + ahead, 0, 2);
        }
        for (size_t i = 0; i < count; i++) {
            const V p01 = _mm512_add_epi64(_mm512_mullo_epi64(f[i][0], y[0]), _mm512_mullo_epi64(f[i][1], y[1]));
            const V p23 = _mm512_add_epi64(_mm512_mullo_epi64(f[i][2], y[2]), _mm512_mullo_epi64(f[i][3], y[3]));
            put(out + i * out_step + j, words, _mm512_add_epi64(p01, p23), accumulate);
        }
    }
}

static void add_four_rows(uint64_t *out, size_t out_step, size_t count, const uint64_t factors[FEW][4],
                          const uint64_t *const rows[4], size_t columns, int accumulate) {
    switch (count) {
        case 1: rows_of(1, out, out_step, factors, rows, columns, accumulate); break;
        case 2: rows_of(2, out, out_step, factors, rows, columns, accumulate); break;
        case 3: rows_of(3, out, out_step, factors, rows, columns, accumulate); break;
        case 4: rows_of(4, out, out_step, factors, rows, columns, accumulate); break;
    }
}

/* `count` and `span` are constants where this is inlined. */
static inline __attribute__((always_inline)) void dots_of(const size_t count, const size_t span, uint64_t *out,
                                                          size_t few_step, size_t many_step,
                                                          const uint64_t *const few[FEW], const uint64_t *many,
                                                          size_t many_row, size_t n, int accumulate) {
    V sums[FEW][FEW];
    for (size_t k = 0; k < count; k++)
        for (size_t i = 0; i < span; i++) sums[k][i] = _mm512_setzero_si512();
    for (size_t l = 0; l < n; l += 8) {
        const size_t words = at_most(n - l, 8);
        V x[FEW];
        for (size_t k = 0; k < count; k++) x[k] = words == 8 ? load(few[k] + l) : load_first(few[k] + l, words);
        for (size_t i = 0; i < span; i++) {
            const uint64_t *place = many + i * many_row + l;
            __builtin_prefetch(place + BLOCKS_AHEAD * FEW * many_row, 0, 2);
            const V y = words == 8 ? load(place) : load_first(place, words);
            for (size_t k = 0; k < count; k++)
                sums[k][i] = _mm512_add_epi64(sums[k][i], _mm512_mullo_epi64(x[k], y));
        }
    }
    for (size_t k = 0; k < count; k++)
        for (size_t i = 0; i < span; i++) {
            uint64_t *place = out + k * few_step + i * many_step;
            *place = sum_of_lanes(sums[k][i]) + (accumulate ? *place : 0);
        }
}

#define DOTS_CASE(count)                                                                          \
    case count:                                                                                   \
        if (span == FEW)                                                                          \
            dots_of(count, FEW, out, few_step, many_step, few, many, many_row, n, accumulate);    \
        else                                                                                      \
            for (size_t i = 0; i < span; i++)                                                     \
                dots_of(count, 1, out + i * many_step, few_step, many_step, few,                  \
                        many + i * many_row, many_row, n, accumulate);                            \
        break;

static void dot_products(uint64_t *out, size_t few_step, size_t many_step, size_t count,
                         const uint64_t *const few[FEW], const uint64_t *many, size_t many_row, size_t span, size_t n,
                         int accumulate) {
    switch (count) {
        DOTS_CASE(1)
        DOTS_CASE(2)
        DOTS_CASE(3)
        DOTS_CASE(4)
    }
}

const MatmulKernels matmul_avx512 = {OWN(matmul)};

#include "targets/end.h"

#endif
