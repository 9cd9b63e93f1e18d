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

static void recombine(uint64_t *out, const uint64_t *c, const uint64_t *d, const uint64_t *b, const uint64_t *e,
                      const uint64_t *a, size_t n, int with_de) {
    const uint64_t keep = with_de ? UINT64_MAX : 0;
    const V keeps = spread(keep);
    size_t i = 0;
    for (; i + 4 <= n; i += 4) {
        const V e4 = load(e + i);
        const V factor = _mm256_add_epi64(load(b + i), _mm256_and_si256(e4, keeps));
        const V products = _mm256_add_epi64(mul_words(load(d + i), factor), mul_words(e4, load(a + i)));
        store(out + i, _mm256_add_epi64(load(c + i), products));
    }
    for (; i < n; i++) out[i] = c[i] + d[i] * (b[i] + (e[i] & keep)) + e[i] * a[i];
}

static void shift_right(uint64_t *out, const uint64_t *x, uint64_t plus, unsigned s, size_t n) {
    const V addend = spread(plus);
    const __m128i by = _mm_cvtsi32_si128((int)s);
    size_t i = 0;
    for (; i + 4 <= n; i += 4) store(out + i, _mm256_srl_epi64(_mm256_add_epi64(load(x + i), addend), by));
    for (; i < n; i++) out[i] = (x[i] + plus) >> s;
}

static void shift_left(uint64_t *out, const uint64_t *x, unsigned s, size_t n) {
    const __m128i by = _mm_cvtsi32_si128((int)s);
    size_t i = 0;
    for (; i + 4 <= n; i += 4) store(out + i, _mm256_sll_epi64(load(x + i), by));
    for (; i < n; i++) out[i] = x[i] << s;
}

const RingKernels ring_avx2 = {
    .add = add,
    .sub = sub,
    .neg = neg,
    .mul = mul,
    .recombine = recombine,
    .shift_right = shift_right,
    .shift_left = shift_left,
};

#include "targets/end.h"

#endif
