/* AVX-512 IFMA: eight points side by side; digits of 51 bits, products of digits by 52-bit multiply-adds. */

#include "kernels.h"
#include "lengths.h"

#include <string.h>

#if defined(__x86_64__)

#include "targets/avx512_ice.h"

#include "targets/avx512_transpose.h"

/* V without signs, so that >> brings zeros. */
typedef unsigned long long W __attribute__((vector_size(64)));

enum { LANES = 8 };

static inline W constant(uint64_t w) { return (W)spread(w); }
static inline W opaque(W w) { return w; }

#include "curve/field.h"
#include "curve/products_ifma.h"
#include "curve/roots.h"
#include "curve/points.h"
#include "curve/encodings.h"
#include "curve/scalars.h"

static inline V lane_places(size_t stride) {
    return _mm512_mullo_epi64(spread(stride), _mm512_setr_epi64(0, 1, 2, 3, 4, 5, 6, 7));
}

static inline W load_word(const uint64_t *p, size_t stride, size_t lanes) {
    return (W)_mm512_mask_i64gather_epi64(spread(0), first(lanes), lane_places(stride), p, 8);
}

static inline void store_word(uint64_t *p, size_t stride, size_t lanes, W w) {
    _mm512_mask_i64scatter_epi64(p, first(lanes), lane_places(stride), (V)w, 8);
}

#include "curve/side_by_side.h"

/* Eight rows of three times eight words, 20 of which are digits of a point: to lanes and back. */
static inline P fetch(const uint64_t *buckets, const size_t places[LANES]) {
    V words[CURVE_BUCKET];
    P point;
    for (int part = 0; part < CURVE_BUCKET; part += 8) {
        for (int lane = 0; lane < LANES; lane++) words[part + lane] = load(buckets + places[lane] + part);
        transpose_8x8(words + part);
    }
    memcpy(&point, words, sizeof point);
    return point;
}

static inline void put(uint64_t *buckets, const size_t places[LANES], P point) {
    V words[CURVE_BUCKET] = {0};
    memcpy(words, &point, sizeof point);
    for (int part = 0; part < CURVE_BUCKET; part += 8) {
        transpose_8x8(words + part);
        for (int lane = 0; lane < LANES; lane++) store(buckets + places[lane] + part, words[part + lane]);
    }
}

/* Lanes have other digits: all multiples are looked at anyway. */
static C selected_multiple_var(const C multiples[CURVE_MULTIPLES], Digit digit) {
    return selected_multiple(multiples, digit);
}

#include "curve/sorted_sums.h"

#include "targets/end.h"

const CurveKernels curve_avx512_ice = {CURVE_KERNELS(OWN)};

#endif
