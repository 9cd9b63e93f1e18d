/* AVX-512: eight words a register. */

#include "kernels.h"

#if defined(__x86_64__)

#include "targets/avx512.h"

#include "targets/avx512_elementwise.h"

BINARY(add, _mm512_add_epi64(X, Y))
BINARY(sub, _mm512_sub_epi64(X, Y))
BINARY(mul, _mm512_mullo_epi64(X, Y))
UNARY(neg, _mm512_sub_epi64(_mm512_setzero_si512(), X))

static inline V combine(V c, V d, V b, V e, V a, V keep) {
    const V factor = _mm512_add_epi64(b, _mm512_and_si512(e, keep));
    return _mm512_add_epi64(c, _mm512_add_epi64(_mm512_mullo_epi64(d, factor), _mm512_mullo_epi64(e, a)));
}

static void recombine(uint64_t *out, const uint64_t *c, const uint64_t *d, const uint64_t *b, const uint64_t *e,
                      const uint64_t *a, size_t n, int with_de) {
    const V keep = spread(with_de ? UINT64_MAX : 0);
    ELEMENTWISE(out, n, out != c && out != d && out != b && out != e && out != a,
                combine(load(c + i), load(d + i), load(b + i), load(e + i), load(a + i), keep),
                combine(load_first(c + i, n - i), load_first(d + i, n - i), load_first(b + i, n - i),
                        load_first(e + i, n - i), load_first(a + i, n - i), keep));
}

static inline V masked(V x0, V x1, V y0, V y1, V before, V after) {
    const V product = _mm512_add_epi64(_mm512_mullo_epi64(x0, _mm512_add_epi64(y0, y1)), _mm512_mullo_epi64(x1, y0));
    return _mm512_add_epi64(product, _mm512_sub_epi64(after, before));
}

static void masked_product(uint64_t *out, const uint64_t *x0, const uint64_t *x1, const uint64_t *y0, const uint64_t *y1,
                           const uint64_t *before, const uint64_t *after, size_t n) {
    ELEMENTWISE(out, n, 0,
                masked(load(x0 + i), load(x1 + i), load(y0 + i), load(y1 + i), load(before + i), load(after + i)),
                masked(load_first(x0 + i, n - i), load_first(x1 + i, n - i), load_first(y0 + i, n - i),
                       load_first(y1 + i, n - i), load_first(before + i, n - i), load_first(after + i, n - i)));
}

static void shift_right(uint64_t *out, const uint64_t *x, uint64_t plus, unsigned s, size_t n) {
    const V addend = spread(plus);
    const __m128i by = _mm_cvtsi32_si128((int)s);
    ELEMENTWISE(out, n, out != x, _mm512_srl_epi64(_mm512_add_epi64(load(x + i), addend), by),
                _mm512_srl_epi64(_mm512_add_epi64(load_first(x + i, n - i), addend), by));
}

static void shift_left(uint64_t *out, const uint64_t *x, unsigned s, size_t n) {
    const __m128i by = _mm_cvtsi32_si128((int)s);
    ELEMENTWISE(out, n, out != x, _mm512_sll_epi64(load(x + i), by), _mm512_sll_epi64(load_first(x + i, n - i), by));
}

static void affine(uint64_t *out, const uint64_t *x, const uint64_t *factor, const uint64_t *plus,
                   size_t n) {
    const V f = spread(*factor), p = spread(*plus);
    ELEMENTWISE(out, n, out != x, _mm512_add_epi64(_mm512_mullo_epi64(load(x + i), f), p),
                _mm512_add_epi64(_mm512_mullo_epi64(load_first(x + i, n - i), f), p));
}

static void offset(uint64_t *out, const uint64_t *x, const uint64_t *plus, uint64_t mask, size_t n) {
    const V p = spread(*plus), m = spread(mask);
    ELEMENTWISE(out, n, out != x, _mm512_and_si512(_mm512_add_epi64(load(x + i), p), m),
                _mm512_and_si512(_mm512_add_epi64(load_first(x + i, n - i), p), m));
}

enum { LANES = 8 };

static inline V add_words(V x, V y) { return _mm512_add_epi64(x, y); }

#include "ring/sums.h"

const RingKernels ring_avx512 = {RING_KERNELS(OWN) OWN(masked_product)};

#include "targets/end.h"

#endif
