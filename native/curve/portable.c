/* One point at a time; digits of 51 bits in words, their products in two. */

#include "kernels.h"
#include "lengths.h"

#include <string.h>

typedef uint64_t W;
typedef unsigned __int128 Wide;

enum { LANES = 1 };

static inline W constant(uint64_t w) { return w; }

static inline W opaque(W w) {
    __asm__("" : "+r"(w));
    return w;
}

#include "curve/field.h"
#include "curve/products_portable.h"
#include "curve/roots.h"
#include "curve/points.h"
#include "curve/encodings.h"
#include "curve/scalars.h"

static inline W load_word(const uint64_t *p, size_t stride, size_t lanes) {
    (void)stride, (void)lanes;
    return *p;
}

static inline void store_word(uint64_t *p, size_t stride, size_t lanes, W w) {
    (void)stride, (void)lanes;
    *p = w;
}

#include "curve/side_by_side.h"

static inline P fetch(const uint64_t *buckets, const size_t *places) {
    P point;
    memcpy(&point, buckets + *places, sizeof point);
    return point;
}

static inline void put(uint64_t *buckets, const size_t *places, P point) { memcpy(buckets + *places, &point, sizeof point); }

static C selected_multiple_var(const C multiples[CURVE_MULTIPLES], Digit digit) {
    return digit.magnitude ? c_negate(digit.negative, multiples[digit.magnitude - 1]) : c_neutral();
}

#include "curve/sorted_sums.h"

const CurveKernels curve_portable = {CURVE_KERNELS(OWN)};
