/* Eight words a register, for the blocks that targets/avx512.h and targets/avx512_ice.h open. */

typedef __m512i V;

static inline __mmask8 first(size_t words) { return (__mmask8)((1u << words) - 1); }
static inline V load(const uint64_t *p) { return _mm512_loadu_si512(p); }
static inline V load_first(const uint64_t *p, size_t words) { return _mm512_maskz_loadu_epi64(first(words), p); }
static inline void store(uint64_t *p, V v) { _mm512_storeu_si512(p, v); }
static inline void store_first(uint64_t *p, size_t words, V v) { _mm512_mask_storeu_epi64(p, first(words), v); }
static inline V spread(uint64_t word) { return _mm512_set1_epi64((long long)word); }
