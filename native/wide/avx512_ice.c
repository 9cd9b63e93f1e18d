/* AVX-512 IFMA: what multiplies elements of Z_2^128, on limbs of 52 bits; see docs/algorithms/wide_ring.md. */

#include "kernels.h"

#if defined(__x86_64__)

#include "targets/avx512_ice.h"

#include "wide/limbs.h"

/* `step` for eight elements at a time, of which the last time fewer are left: `count`. */
#define EIGHT_BY_EIGHT(step)                       \
    do {                                           \
        const size_t count = 8;                    \
        size_t i = 0;                              \
        for (; i + 8 <= n; i += 8) step;           \
        if (i < n) {                               \
            const size_t count = n - i;            \
            step;                                  \
        }                                          \
    } while (0)

#define AT(x) load_eight((x) + 2 * i, count)
#define PUT(value) store_eight(out + 2 * i, count, value)

static inline Eight product(Eight x, Eight y) { return joined(add_product(no_sums(), limbs_of(x), limbs_of(y))); }

static void mul(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n) {
    EIGHT_BY_EIGHT(PUT(product(AT(x), AT(y))));
}

static inline Eight combine(Eight c, Eight d, Eight b, Eight e, Eight a, V keep) {
    const Eight kept = {_mm512_and_si512(e.lower, keep), _mm512_and_si512(e.upper, keep)};
    const Sums first = add_product(no_sums(), limbs_of(d), limbs_of(add_eight(b, kept)));
    return add_eight(c, joined(add_product(first, limbs_of(e), limbs_of(a))));
}

static void recombine(uint64_t *out, const uint64_t *c, const uint64_t *d, const uint64_t *b, const uint64_t *e,
                      const uint64_t *a, size_t n, int with_de) {
    const V keep = spread(with_de ? UINT64_MAX : 0);
    EIGHT_BY_EIGHT(PUT(combine(AT(c), AT(d), AT(b), AT(e), AT(a), keep)));
}

static void affine(uint64_t *out, const uint64_t *x, const uint64_t factor[2], const uint64_t plus[2], size_t n) {
    const Eight f = {spread(factor[0]), spread(factor[1])}, p = {spread(plus[0]), spread(plus[1])};
    EIGHT_BY_EIGHT(PUT(add_eight(product(AT(x), f), p)));
}

#include "wide/blocks.h"

const WideKernels wide_avx512_ice = {OWN(mul) OWN(recombine) OWN(affine) OWN(matmul)};

#include "targets/end.h"

#endif
