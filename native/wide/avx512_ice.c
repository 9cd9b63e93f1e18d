/* The product of matrices over Z_2^128 with IFMA, on limbs of 52 bits; see docs/algorithms/wide_ring.md. */

#include "kernels.h"

#if defined(__x86_64__)

#include "targets/avx512_ice.h"

#include <string.h>

#include "lengths.h"
#include "wide/element.h"
#include "wide/lanes.h"

enum { LIMBS = 3, TILE = 8, PANEL = 8, DEPTH = 128, ROW_BLOCK = 32, THIN = 3 };

#define LIMB (UINT64_MAX >> 12)

/* The first `count` elements at p, `step` words apart: their lower and their upper words. */
static inline void load_elements(const uint64_t *p, size_t step, size_t count, V *lower, V *upper) {
    uint64_t copies[2 * PANEL];
    if (step != 2) {
        for (size_t j = 0; j < count; j++) memcpy(copies + 2 * j, p + j * step, 2 * sizeof *p);
        p = copies;
    }
    const V first_half = load_first(p, at_most(2 * count, 8));
    const V second_half = count > 4 ? load_first(p + 8, 2 * count - 8) : spread(0);
    *lower = _mm512_permutex2var_epi64(first_half, _mm512_setr_epi64(0, 2, 4, 6, 8, 10, 12, 14), second_half);
    *upper = _mm512_permutex2var_epi64(first_half, _mm512_setr_epi64(1, 3, 5, 7, 9, 11, 13, 15), second_half);
}

/* `width` columns of `depth` rows of y, padded with zeros to PANEL: for each row the three limbs of its elements. */
static void fill_panel(V panel[DEPTH][LIMBS], Matrix y, size_t depth, size_t width) {
    const V limb = spread(LIMB);
    for (size_t l = 0; l < depth; l++) {
        V lower, upper;
        load_elements(y.words + l * y.row, y.column, width, &lower, &upper);
        panel[l][0] = _mm512_and_si512(lower, limb);
        panel[l][1] =
            _mm512_and_si512(_mm512_or_si512(_mm512_srli_epi64(lower, 52), _mm512_slli_epi64(upper, 12)), limb);
        panel[l][2] = _mm512_srli_epi64(upper, 40);
    }
}

typedef uint64_t RowLimbs[TILE][LIMBS];

/* The limbs of `rows` rows of x, TILE rows a group, padded with zeros. */
static void fill_rows(RowLimbs limbs[ROW_BLOCK / TILE][DEPTH], Matrix x, size_t rows, size_t depth) {
    for (size_t i = 0; i < (rows + TILE - 1) / TILE * TILE; i++)
        for (size_t l = 0; l < depth; l++) {
            const Element e = i < rows ? element(x.words + i * x.row + l * x.column) : 0;
            uint64_t *place = limbs[i / TILE][l][i % TILE];
            place[0] = (uint64_t)e & LIMB;
            place[1] = (uint64_t)(e >> 52) & LIMB;
            place[2] = (uint64_t)(e >> 104);
        }
}

/* Adds sums[0] + 2^52 sums[1] + 2^104 sums[2] to `width` elements of out, or writes them. */
static inline void put_elements(uint64_t *out, size_t width, const V sums[LIMBS], int accumulate) {
    const V lower = _mm512_add_epi64(sums[0], _mm512_slli_epi64(sums[1], 52));
    const __mmask8 carries = _mm512_cmplt_epu64_mask(lower, sums[0]);
    const V above = _mm512_add_epi64(_mm512_srli_epi64(sums[1], 12), _mm512_slli_epi64(sums[2], 40));
    const V upper = _mm512_mask_sub_epi64(above, carries, above, _mm512_set1_epi64(-1));
    const V halves[2] = {
        _mm512_permutex2var_epi64(lower, _mm512_setr_epi64(0, 8, 1, 9, 2, 10, 3, 11), upper),
        _mm512_permutex2var_epi64(lower, _mm512_setr_epi64(4, 12, 5, 13, 6, 14, 7, 15), upper),
    };
    for (size_t h = 0; h < 2 && 4 * h < width; h++) {
        const size_t words = at_most(2 * width - 8 * h, 8);
        uint64_t *place = out + 8 * h;
        store_first(place, words, accumulate ? add_elements(load_first(place, words), halves[h]) : halves[h]);
    }
}

/* out (rows, width) = or += rows * panel. The sums of a limb's products stay below 3 * DEPTH * 2^52 < 2^61 but for the
 * top limb's, of which only the lower 24 bits count. */
static void tile(uint64_t *out, size_t columns, const RowLimbs *x, const V panel[DEPTH][LIMBS], size_t depth,
                 size_t rows, size_t width, int accumulate) {
    V sums[TILE][LIMBS];
    for (size_t i = 0; i < TILE; i++)
        for (size_t k = 0; k < LIMBS; k++) sums[i][k] = _mm512_setzero_si512();
    for (size_t l = 0; l < depth; l++) {
        const V y0 = panel[l][0], y1 = panel[l][1], y2 = panel[l][2];
        for (size_t i = 0; i < TILE; i++) {
            const V x0 = spread(x[l][i][0]), x1 = spread(x[l][i][1]), x2 = spread(x[l][i][2]);
            sums[i][0] = _mm512_madd52lo_epu64(sums[i][0], x0, y0);
            sums[i][1] = _mm512_madd52hi_epu64(sums[i][1], x0, y0);
            sums[i][2] = _mm512_madd52hi_epu64(sums[i][2], x0, y1);
            sums[i][1] = _mm512_madd52lo_epu64(sums[i][1], x0, y1);
            sums[i][2] = _mm512_madd52lo_epu64(sums[i][2], x0, y2);
            sums[i][1] = _mm512_madd52lo_epu64(sums[i][1], x1, y0);
            sums[i][2] = _mm512_madd52hi_epu64(sums[i][2], x1, y0);
            sums[i][2] = _mm512_madd52lo_epu64(sums[i][2], x1, y1);
            sums[i][2] = _mm512_madd52lo_epu64(sums[i][2], x2, y0);
        }
    }
    for (size_t i = 0; i < rows; i++) put_elements(out + 2 * i * columns, width, sums[i], accumulate);
}

static Matrix from(Matrix m, size_t row, size_t column) {
    return (Matrix){m.words + row * m.row + column * m.column, m.row, m.column};
}

static void matmul(uint64_t *out, Matrix x, Matrix y, size_t rows, size_t inner, size_t columns) {
    RowLimbs limbs[ROW_BLOCK / TILE][DEPTH];
    V panel[DEPTH][LIMBS];
    if (columns <= THIN || !inner) {
        wide_portable.matmul(out, x, y, rows, inner, columns);
        return;
    }
    for (size_t l = 0; l < inner; l += DEPTH) {
        const size_t depth = at_most(inner - l, DEPTH);
        for (size_t i0 = 0; i0 < rows; i0 += ROW_BLOCK) {
            const size_t count = at_most(rows - i0, ROW_BLOCK);
            fill_rows(limbs, from(x, i0, l), count, depth);
            for (size_t j = 0; j < columns; j += PANEL) {
                const size_t width = at_most(columns - j, PANEL);
                fill_panel(panel, from(y, l, j), depth, width);
                for (size_t i = 0; i < count; i += TILE)
                    tile(out + 2 * ((i0 + i) * columns + j), columns, limbs[i / TILE], panel, depth,
                         at_most(count - i, TILE), width, l > 0);
            }
        }
    }
}

const WideKernels wide_avx512_ice = {
    .matmul = matmul,
};

#include "targets/end.h"

#endif
