/* PCLMULQDQ: one product of words an instruction. */

#include <string.h>

#include "kernels.h"
#include "lengths.h"

#if defined(__x86_64__)

#include "targets/pclmulqdq.h"

#define REGISTER 2
#define CARRYLESS(x, y, which) _mm_clmulepi64_si128(x, y, which)
#define LEFT(x, by) _mm_slli_epi64(x, by)
#define RIGHT(x, by) _mm_srli_epi64(x, by)

static inline V both(V x, V y) { return _mm_xor_si128(x, y); }
static inline V any_odd(V x, V y, V z) { return _mm_xor_si128(x, _mm_xor_si128(y, z)); }
static inline V words_swapped(V x) { return _mm_shuffle_epi32(x, 0x4e); }
static inline V word_up(V x) { return _mm_slli_si128(x, 8); }
static inline V word_down(V x) { return _mm_srli_si128(x, 8); }
static inline V lower_words(V x, V y) { return _mm_unpacklo_epi64(x, y); }
static inline V upper_words(V x, V y) { return _mm_unpackhi_epi64(x, y); }
static inline V from_table(long long low, long long high, V x) {
    return _mm_shuffle_epi8(_mm_set_epi64x(high, low), x);
}

#include "binary_field/polynomials.h"

static inline V spread_element_64(const uint64_t *s) { return spread(*s); }
static inline V spread_element_128(const uint64_t *s) { return load(s); }

static inline V chosen_64(V x, uint64_t bits) {
    return _mm_and_si128(x, _mm_set_epi64x(-(long long)(bits >> 1 & 1), -(long long)(bits & 1)));
}

static inline V chosen_128(V x, uint64_t bits) { return _mm_and_si128(x, _mm_set1_epi64x(-(long long)(bits & 1))); }

#define WORDS 1
#define FIELD(name) name##_64
#include "binary_field/registers.h"

#define WORDS 2
#define FIELD(name) name##_128
#include "binary_field/registers.h"

const BinaryFieldKernels binary_field_avx2 = {BINARY_FIELD_KERNELS(OWN)};

#include "targets/end.h"

#endif
