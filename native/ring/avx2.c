/* AVX2: four words a register. */

#include "kernels.h"

#if defined(__x86_64__)

#include "targets/avx2.h"

#include "targets/avx2_elementwise.h"
#include "targets/avx2_mul.h"

BINARY(add, _mm256_add_epi64(X, Y), x[i] + y[i])
BINARY(sub, _mm256_sub_epi64(X, Y), x[i] - y[i])
BINARY(mul, mul_words(X, Y), x[i] * y[i])
UNARY(neg, _mm256_sub_epi64(_mm256_setzero_si256(), X), 0 - x[i])

static inline V combine(V c, V d, V b, V e, V a, V keep) {
    const V factor = _mm256_add_epi64(b, _mm256_and_si256(e, keep));
    return _mm256_add_epi64(c, _mm256_add_epi64(mul_words(d, factor), mul_words(e, a)));
}

static void recombine(uint64_t *out, const uint64_t *c, const uint64_t *d, const uint64_t *b, const uint64_t *e,
                      const uint64_t *a, size_t n, int with_de) {
    const uint64_t keep = with_de ? UINT64_MAX : 0;
    const V keeps = spread(keep);
    ELEMENTWISE(out, n, out != c && out != d && out != b && out != e && out != a,
                combine(load(c + i), load(d + i), load(b + i), load(e + i), load(a + i), keeps),
                c[i] + d[i] * (b[i] + (e[i] & keep)) + e[i] * a[i]);
}

static inline V masked(V x0, V x1, V y0, V y1, V before, V after) {
    const V product = _mm256_add_epi64(mul_words(x0, _mm256_add_epi64(y0, y1)), mul_words(x1, y0));
    return _mm256_add_epi64(product, _mm256_sub_epi64(after, before));
}

static void masked_product(uint64_t *out, const uint64_t *x0, const uint64_t *x1, const uint64_t *y0, const uint64_t *y1,
                           const uint64_t *before, const uint64_t *after, size_t n) {
    ELEMENTWISE(out, n, 0,
                masked(load(x0 + i), load(x1 + i), load(y0 + i), load(y1 + i), load(before + i), load(after + i)),
                x0[i] * (y0[i] + y1[i]) + x1[i] * y0[i] + after[i] - before[i]);
}

static void shift_right(uint64_t *out, const uint64_t *x, uint64_t plus, unsigned s, size_t n) {
    const V addend = spread(plus);
    const __m128i by = _mm_cvtsi32_si128((int)s);
    ELEMENTWISE(out, n, out != x, _mm256_srl_epi64(_mm256_add_epi64(load(x + i), addend), by), (x[i] + plus) >> s);
}

static void shift_left(uint64_t *out, const uint64_t *x, unsigned s, size_t n) {
    const __m128i by = _mm_cvtsi32_si128((int)s);
    ELEMENTWISE(out, n, out != x, _mm256_sll_epi64(load(x + i), by), x[i] << s);
}

static void affine(uint64_t *out, const uint64_t *x, const uint64_t *factor, const uint64_t *plus,
                   size_t n) {
    const V f = spread(*factor), p = spread(*plus);
    ELEMENTWISE(out, n, out != x, _mm256_add_epi64(mul_words(load(x + i), f), p), x[i] * *factor + *plus);
}

static void offset(uint64_t *out, const uint64_t *x, const uint64_t *plus, uint64_t mask, size_t n) {
    const V p = spread(*plus), m = spread(mask);
    ELEMENTWISE(out, n, out != x, _mm256_and_si256(_mm256_add_epi64(load(x + i), p), m), (x[i] + *plus) & mask);
}

enum { LANES = 4 };

static inline V add_words(V x, V y) { return _mm256_add_epi64(x, y); }

#include "ring/sums.h"

const RingKernels ring_avx2 = {RING_KERNELS(OWN) OWN(masked_product)};

#include "targets/end.h"

#endif
