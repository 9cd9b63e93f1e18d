/* The slow, obvious reference: plain C for any machine. */

#include "kernels.h"

static void add(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n) {
    for (size_t i = 0; i < n; i++) out[i] = x[i] + y[i];
}

static void sub(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n) {
    for (size_t i = 0; i < n; i++) out[i] = x[i] - y[i];
}

static void neg(uint64_t *out, const uint64_t *x, size_t n) {
    for (size_t i = 0; i < n; i++) out[i] = 0 - x[i];
}

static void mul(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n) {
    for (size_t i = 0; i < n; i++) out[i] = x[i] * y[i];
}

static void recombine(uint64_t *out, const uint64_t *c, const uint64_t *d, const uint64_t *b, const uint64_t *e,
                      const uint64_t *a, size_t n, int with_de) {
    const uint64_t keep = with_de ? UINT64_MAX : 0;
    for (size_t i = 0; i < n; i++) out[i] = c[i] + d[i] * (b[i] + (e[i] & keep)) + e[i] * a[i];
}

static void masked_product(uint64_t *out, const uint64_t *x0, const uint64_t *x1, const uint64_t *y0, const uint64_t *y1,
                           const uint64_t *before, const uint64_t *after, size_t n) {
    for (size_t i = 0; i < n; i++) out[i] = x0[i] * (y0[i] + y1[i]) + x1[i] * y0[i] + after[i] - before[i];
}

static void shift_right(uint64_t *out, const uint64_t *x, uint64_t plus, unsigned s, size_t n) {
    for (size_t i = 0; i < n; i++) out[i] = (x[i] + plus) >> s;
}

static void shift_left(uint64_t *out, const uint64_t *x, unsigned s, size_t n) {
    for (size_t i = 0; i < n; i++) out[i] = x[i] << s;
}

static void affine(uint64_t *out, const uint64_t *x, const uint64_t *factor, const uint64_t *plus,
                   size_t n) {
    const uint64_t f = *factor, p = *plus;
    for (size_t i = 0; i < n; i++) out[i] = x[i] * f + p;
}

static void offset(uint64_t *out, const uint64_t *x, const uint64_t *plus, uint64_t mask, size_t n) {
    const uint64_t p = *plus;
    for (size_t i = 0; i < n; i++) out[i] = (x[i] + p) & mask;
}

static void sum(uint64_t *out, const uint64_t *x, size_t outer, size_t count, size_t inner) {
    for (size_t o = 0; o < outer; o++, out += inner) {
        for (size_t i = 0; i < inner; i++) out[i] = 0;
        for (size_t k = 0; k < count; k++, x += inner)
            for (size_t i = 0; i < inner; i++) out[i] += x[i];
    }
}

const RingKernels ring_portable = {RING_KERNELS(OWN) OWN(masked_product)};
