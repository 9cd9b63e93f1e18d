/* AVX-512 with IFMA: eight elements of Field128 in two registers. */

#include "kernels.h"

#if defined(__x86_64__)

#include <string.h>

#include "lengths.h"
#include "targets/avx512_ice.h"

#include "field/lanes_pairs.h"

#define KIND(name) name##_field128
#define MUL vector_mul_field128
#include "field/lanes_kernels.h"

enum { DEPTH = 512, TILE = 4 };

/* Lane by lane, then across the lanes. */
static void sum_field128(uint64_t *out, const uint64_t *x, size_t n, const Field *f) {
    const Constants k = constants_of(f);
    Elements total = zeros();
    uint64_t lanes[LANES * STEP];
    for (size_t i = 0; i < n; i += LANES) total = add(total, load_some(x + i * STEP, at_most(n - i, LANES)), &k);
    store_elements(lanes, total);
    total = zeros();
    for (size_t lane = 0; lane < LANES; lane++) total = add(total, load_some(lanes + lane * STEP, 1), &k);
    store_some(out, 1, total);
}

/* out (rows, count) = or += x (rows, depth) * y (depth, count), count <= LANES; `rows` is a constant where this is
 * inlined. */
static inline __attribute__((always_inline)) void tile_of(const size_t rows, uint64_t *out, size_t out_step,
                                                          const uint64_t *x, size_t x_step, const uint64_t *y,
                                                          size_t y_step, size_t depth, size_t count, int accumulate,
                                                          const Field *f) {
    const Constants k = constants_of(f);
    V t[TILE][5], sums[TILE][5];
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < 5; j++) t[i][j] = _mm512_setzero_si512();
    for (size_t l = 0; l < depth; l++) {
        const Limbs factor = limbs_of(load_some(y + l * y_step, count));
        for (size_t i = 0; i < rows; i++)
            limbs_mul_add(t[i], limbs_of(spread_element(x + i * x_step + l * STEP)).limb, factor.limb);
    }
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < 5; j++) sums[i][j] = t[i][j];
    for (size_t i = 0; i < rows; i++) {
        uint64_t *place = out + i * out_step;
        const Elements result = reduced_sum(sums[i], &k);
        store_some(place, count, accumulate ? add(load_some(place, count), result, &k) : result);
    }
}

#define TILE_CASE(rows)                                                                            \
    case rows:                                                                                     \
        tile_of(rows, out, out_step, x, x_step, y, y_step, depth, count, accumulate, f);           \
        break;

static void tile(size_t rows, uint64_t *out, size_t out_step, const uint64_t *x, size_t x_step, const uint64_t *y,
                 size_t y_step, size_t depth, size_t count, int accumulate, const Field *f) {
    switch (rows) {
        TILE_CASE(1)
        TILE_CASE(2)
        TILE_CASE(3)
        TILE_CASE(4)
    }
}

/* t (5 limbs) += x (n) * y (n), lane by lane; n <= LANES * DEPTH. */
static inline void dot_limbs(V t[5], const uint64_t *x, const uint64_t *y, size_t n) {
    for (size_t at = 0; at < n; at += LANES) {
        const size_t count = at_most(n - at, LANES);
        limbs_mul_add(t, limbs_of(load_some(x + at * STEP, count)).limb, limbs_of(load_some(y + at * STEP, count)).limb);
    }
}

/* A limb of eight sums: each one's lanes added up, in the order that elements are stored in. */
static inline V across(V sums[LANES][5], int limb) {
    V pairs[4], quads[2];
    for (int i = 0; i < 4; i++)
        pairs[i] = _mm512_add_epi64(_mm512_unpacklo_epi64(sums[i][limb], sums[i + 4][limb]),
                                    _mm512_unpackhi_epi64(sums[i][limb], sums[i + 4][limb]));
    for (int i = 0; i < 2; i++)
        quads[i] = _mm512_add_epi64(_mm512_shuffle_i64x2(pairs[2 * i], pairs[2 * i + 1], 0x88),
                                    _mm512_shuffle_i64x2(pairs[2 * i], pairs[2 * i + 1], 0xdd));
    return _mm512_add_epi64(_mm512_shuffle_i64x2(quads[0], quads[1], 0x88),
                            _mm512_shuffle_i64x2(quads[0], quads[1], 0xdd));
}

/* out (rows) = x (rows, inner) * y (inner), inner <= DEPTH: eight rows are reduced together. */
static void short_rows(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t rows, size_t inner, const Field *f) {
    const Constants k = constants_of(f);
    for (size_t i = 0; i < rows; i += LANES) {
        const size_t count = at_most(rows - i, LANES);
        V sums[LANES][5], t[5];
        for (size_t row = 0; row < LANES; row++)
            for (int limb = 0; limb < 5; limb++) sums[row][limb] = _mm512_setzero_si512();
        for (size_t row = 0; row < count; row++) dot_limbs(sums[row], x + (i + row) * inner * STEP, y, inner);
        for (int limb = 0; limb < 5; limb++) t[limb] = across(sums, limb);
        store_some(out + i * STEP, count, reduced_sum(t, &k));
    }
}

/* out (rows) = x (rows, inner) * y (inner). */
static void column_product(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t rows, size_t inner,
                           const Field *f) {
    const Constants k = constants_of(f);
    for (size_t i = 0; i < rows; i++) {
        const uint64_t *row = x + i * inner * STEP;
        Elements total = zeros();
        uint64_t lanes[LANES * STEP];
        for (size_t l = 0; l < inner; l += LANES * DEPTH) {
            const V zero = _mm512_setzero_si512();
            V t[5] = {zero, zero, zero, zero, zero};
            dot_limbs(t, row + l * STEP, y + l * STEP, at_most(inner - l, LANES * DEPTH));
            total = add(total, reduced_sum(t, &k), &k);
        }
        store_elements(lanes, total);
        sum_field128(out + i * STEP, lanes, LANES, f);
    }
}

static void matmul(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t rows, size_t inner, size_t columns,
                   const Field *f) {
    if (columns == 1)
        return inner > DEPTH ? column_product(out, x, y, rows, inner, f) : short_rows(out, x, y, rows, inner, f);
    if (!inner) memset(out, 0, rows * columns * STEP * sizeof *out);
    for (size_t l = 0; l < inner; l += DEPTH)
        for (size_t j = 0; j < columns; j += LANES)
            for (size_t i = 0; i < rows; i += TILE)
                tile(at_most(rows - i, TILE), out + (i * columns + j) * STEP, columns * STEP,
                     x + (i * inner + l) * STEP, inner * STEP, y + (l * columns + j) * STEP, columns * STEP,
                     at_most(inner - l, DEPTH), at_most(columns - j, LANES), l > 0, f);
}

const FieldKernels field128_avx512_ice = {FIELD_LANES(field128), .sum = sum_field128, .matmul = matmul};

#include "targets/end.h"

#endif
