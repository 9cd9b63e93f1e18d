/* AVX-512: 512 bits a register. */

#include "kernels.h"

#if defined(__x86_64__)

#include "targets/avx512.h"

#include "targets/avx512_elementwise.h"

BINARY(bit_and, _mm512_and_si512(X, Y))
BINARY(bit_xor, _mm512_xor_si512(X, Y))
BINARY(bit_or, _mm512_or_si512(X, Y))
BINARY(bit_and_not, _mm512_andnot_si512(Y, X))
BINARY(bit_same, _mm512_ternarylogic_epi64(X, Y, Y, 0xc3))
UNARY(bit_not, _mm512_ternarylogic_epi64(X, X, X, 0x0f))
UNARY(bit_prefix_or, _mm512_or_si512(X, _mm512_sub_epi64(_mm512_setzero_si512(), X)))
UNARY(bit_prefix_and, _mm512_andnot_si512(_mm512_add_epi64(X, spread(1)), X))

/* c ^ d & (b ^ e & keep) ^ e & a. */
static inline V combine(V c, V d, V b, V e, V a, V keep) {
    const V right = _mm512_ternarylogic_epi64(b, e, keep, 0x78);
    return _mm512_ternarylogic_epi64(_mm512_ternarylogic_epi64(c, d, right, 0x78), e, a, 0x78);
}

static void bit_recombine(uint64_t *out, const uint64_t *c, const uint64_t *d, const uint64_t *b, const uint64_t *e,
                          const uint64_t *a, size_t n, int with_de) {
    const V keep = spread(with_de ? UINT64_MAX : 0);
    size_t i = 0;
    for (; i + 8 <= n; i += 8)
        store(out + i, combine(load(c + i), load(d + i), load(b + i), load(e + i), load(a + i), keep));
    const size_t rest = n - i;
    store_first(out + i, rest,
                combine(load_first(c + i, rest), load_first(d + i, rest), load_first(b + i, rest),
                        load_first(e + i, rest), load_first(a + i, rest), keep));
}

static inline V masked(V x0, V x1, V y0, V y1, V before, V after) {
    const V masks = _mm512_ternarylogic_epi64(before, after, _mm512_and_si512(x1, y0), 0x96);
    return _mm512_ternarylogic_epi64(masks, x0, _mm512_xor_si512(y0, y1), 0x78);
}

static void bit_masked_product(uint64_t *out, const uint64_t *x0, const uint64_t *x1, const uint64_t *y0,
                               const uint64_t *y1, const uint64_t *before, const uint64_t *after, size_t n) {
    ELEMENTWISE(out, n, 0,
                masked(load(x0 + i), load(x1 + i), load(y0 + i), load(y1 + i), load(before + i), load(after + i)),
                masked(load_first(x0 + i, n - i), load_first(x1 + i, n - i), load_first(y0 + i, n - i),
                       load_first(y1 + i, n - i), load_first(before + i, n - i), load_first(after + i, n - i)));
}

static void pack(uint64_t *out, const uint8_t *bits, size_t count) {
    const V one = _mm512_set1_epi8(1);
    size_t i = 0;
    for (; i + 64 <= count; i += 64) out[i / 64] = _mm512_test_epi8_mask(_mm512_loadu_si512(bits + i), one);
    if (i < count) {
        const __mmask64 rest = ((__mmask64)1 << (count - i)) - 1;
        out[i / 64] = _mm512_test_epi8_mask(_mm512_maskz_loadu_epi8(rest, bits + i), one);
    }
}

static void unpack(uint8_t *out, const uint64_t *words, size_t count) {
    size_t i = 0;
    for (; i + 64 <= count; i += 64) _mm512_storeu_si512(out + i, _mm512_maskz_set1_epi8(words[i / 64], 1));
    if (i < count) {
        const __mmask64 rest = ((__mmask64)1 << (count - i)) - 1;
        _mm512_mask_storeu_epi8(out + i, rest, _mm512_maskz_set1_epi8(words[i / 64], 1));
    }
}

#include "bits/lanes_avx512.h"

#include "bits/prefix.h"

#include "bits/tables.h"

static void planes(uint64_t *out, const uint64_t *x, size_t count, size_t bits) { planes_from(0, out, x, count, bits); }

static void from_planes(uint64_t *out, const uint64_t *rows, size_t count, size_t bits) {
    from_planes_from(0, out, rows, count, bits);
}

const BitKernels bits_avx512 = {BIT_KERNELS_BUT_POPCOUNT(OWN)};

#include "targets/end.h"

#endif
