/* Opens a block of functions for AVX2, POPCNT, AES, PCLMULQDQ and BMI2; targets/end.h closes it. Four words a
 * register: V. */

#include <immintrin.h>
#include <stdint.h>

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,popcnt,aes,pclmul,bmi2"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,popcnt,aes,pclmul,bmi2")
#endif

typedef __m256i V;

static inline V load(const uint64_t *p) { return _mm256_loadu_si256((const V *)p); }
static inline void store(uint64_t *p, V v) { _mm256_storeu_si256((V *)p, v); }
static inline V spread(uint64_t word) { return _mm256_set1_epi64x((long long)word); }
static inline void stream(uint64_t *p, V v) { _mm256_stream_si256((V *)p, v); }
static inline size_t words_to_line(const uint64_t *p) { return (size_t)(-(uintptr_t)p % 64 / sizeof *p); }
static inline uint64_t sum_of_lanes(V v) {
    uint64_t lanes[4];
    store(lanes, v);
    return lanes[0] + lanes[1] + lanes[2] + lanes[3];
}
static inline V upper_halves(V v) { return _mm256_srli_epi64(v, 32); }
