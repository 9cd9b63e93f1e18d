/* Eight words a register, for the blocks that targets/avx512.h and targets/avx512_ice.h open. */

typedef __m512i V;

static inline __mmask8 first(size_t words) { return (__mmask8)((1u << words) - 1); }
static inline V load(const uint64_t *p) { return _mm512_loadu_si512(p); }
static inline V load_first(const uint64_t *p, size_t words) { return _mm512_maskz_loadu_epi64(first(words), p); }
static inline void store(uint64_t *p, V v) { _mm512_storeu_si512(p, v); }
static inline void store_first(uint64_t *p, size_t words, V v) { _mm512_mask_storeu_epi64(p, first(words), v); }
static inline V spread(uint64_t word) { return _mm512_set1_epi64((long long)word); }
static inline void stream(uint64_t *p, V v) { _mm512_stream_si512((V *)p, v); }
static inline size_t words_to_line(const uint64_t *p) { return (size_t)(-(uintptr_t)p % 64 / sizeof *p); }

/* Not the compiler's own reduction, which adds signed integers: they may overflow. */
static inline uint64_t sum_of_lanes(V v) {
    const __m256i four = _mm256_add_epi64(_mm512_castsi512_si256(v), _mm512_extracti64x4_epi64(v, 1));
    const __m128i two = _mm_add_epi64(_mm256_castsi256_si128(four), _mm256_extracti128_si256(four, 1));
    return (uint64_t)_mm_cvtsi128_si64(two) + (uint64_t)_mm_extract_epi64(two, 1);
}
