/* AVX-512: 512 bits a register. */

#include "kernels.h"

#if defined(__x86_64__)

#include "targets/avx512.h"

#include "targets/avx512_elementwise.h"

BINARY(bit_and, _mm512_and_si512(X, Y))
BINARY(bit_xor, _mm512_xor_si512(X, Y))
BINARY(bit_or, _mm512_or_si512(X, Y))
UNARY(bit_not, _mm512_xor_si512(X, _mm512_set1_epi64(-1)))


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

typedef uint64_t Lanes __attribute__((vector_size(64)));
enum { LANES = 8 };

#include "bits/planes.h"

static inline void transpose_words(Lanes v[8]) {
    V pairs[8], quads[8];
    for (int i = 0; i < 8; i += 2) {
        pairs[i] = _mm512_unpacklo_epi64((V)v[i], (V)v[i + 1]);
        pairs[i + 1] = _mm512_unpackhi_epi64((V)v[i], (V)v[i + 1]);
    }
    for (int half = 0; half < 8; half += 4)
        for (int i = half; i < half + 2; i++) {
            quads[i] = _mm512_shuffle_i64x2(pairs[i], pairs[i + 2], 0x88);
            quads[i + 2] = _mm512_shuffle_i64x2(pairs[i], pairs[i + 2], 0xdd);
        }
    for (int i = 0; i < 4; i++) {
        v[i] = (Lanes)_mm512_shuffle_i64x2(quads[i], quads[i + 4], 0x88);
        v[i + 4] = (Lanes)_mm512_shuffle_i64x2(quads[i], quads[i + 4], 0xdd);
    }
}

const BitKernels bits_avx512 = {
    .bit_and = bit_and,
    .bit_xor = bit_xor,
    .bit_or = bit_or,
    .bit_not = bit_not,
    .pack = pack,
    .unpack = unpack,
    .planes = planes,
    .from_planes = from_planes,
};

#include "targets/end.h"

#endif
