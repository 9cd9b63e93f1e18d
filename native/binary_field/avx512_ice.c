/* VPCLMULQDQ: four products of words an instruction. */

#include <string.h>

#include "kernels.h"
#include "lengths.h"

#if defined(__x86_64__)

#include "targets/avx512_ice.h"

#define REGISTER 8
#define CARRYLESS(x, y, which) _mm512_clmulepi64_epi128(x, y, which)
#define LEFT(x, by) _mm512_slli_epi64(x, by)
#define RIGHT(x, by) _mm512_srli_epi64(x, by)

static inline V zero(void) { return _mm512_setzero_si512(); }
static inline V both(V x, V y) { return _mm512_xor_si512(x, y); }
static inline V any_odd(V x, V y, V z) { return _mm512_ternarylogic_epi64(x, y, z, 0x96); }
static inline V words_swapped(V x) { return _mm512_shuffle_epi32(x, _MM_PERM_BADC); }
static inline V word_up(V x) { return _mm512_bslli_epi128(x, 8); }
static inline V word_down(V x) { return _mm512_bsrli_epi128(x, 8); }
static inline V lower_words(V x, V y) { return _mm512_unpacklo_epi64(x, y); }
static inline V upper_words(V x, V y) { return _mm512_unpackhi_epi64(x, y); }
static inline V from_table(long long low, long long high, V x) {
    return _mm512_shuffle_epi8(_mm512_broadcast_i32x4(_mm_set_epi64x(high, low)), x);
}

#include "binary_field/polynomials.h"

static inline V spread_element_64(const uint64_t *s) { return spread(*s); }
static inline V spread_element_128(const uint64_t *s) {
    return _mm512_broadcast_i64x2(_mm_loadu_si128((const __m128i *)s));
}

static inline V chosen_64(V x, uint64_t bits) { return _mm512_maskz_mov_epi64((__mmask8)bits, x); }

static inline V chosen_128(V x, uint64_t bits) {
    const V bit_of_place = _mm512_set_epi64(8, 8, 4, 4, 2, 2, 1, 1);
    return _mm512_maskz_mov_epi64(_mm512_test_epi64_mask(spread(bits), bit_of_place), x);
}

#define WORDS 1
#define FIELD(name) name##_64
#include "binary_field/registers.h"

#define WORDS 2
#define FIELD(name) name##_128
#include "binary_field/registers.h"

const BinaryFieldKernels binary_field_avx512_ice = {BINARY_FIELD_KERNELS(OWN)};

#include "targets/end.h"

#endif
