/* Opens a block of functions for AVX2's level with registers of 128 bits, as PCLMULQDQ has them; targets/end.h closes
 * it. Two words a register: V. */

#include <immintrin.h>
#include <stdint.h>

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,pclmul"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,pclmul")
#endif

typedef __m128i V;

static inline V load(const uint64_t *p) { return _mm_loadu_si128((const V *)p); }
static inline V load_first(const uint64_t *p, size_t words) {
    return words == 1 ? _mm_loadl_epi64((const V *)p) : load(p);
}
static inline void store(uint64_t *p, V v) { _mm_storeu_si128((V *)p, v); }
static inline void store_first(uint64_t *p, size_t words, V v) {
    if (words == 1)
        _mm_storel_epi64((V *)p, v);
    else
        store(p, v);
}
static inline V spread(uint64_t word) { return _mm_set1_epi64x((long long)word); }
static inline V zero(void) { return _mm_setzero_si128(); }
