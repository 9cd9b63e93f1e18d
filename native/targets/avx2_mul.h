/* For blocks that targets/avx2.h opens: the product that AVX2 has no instruction for. */

/* x * y mod 2^64 = low(x) low(y) + 2^32 (low(x) high(y) + high(x) low(y)). */
static inline V mul_words(V x, V y) {
    const V cross = _mm256_add_epi64(_mm256_mul_epu32(x, upper_halves(y)), _mm256_mul_epu32(upper_halves(x), y));
    return _mm256_add_epi64(_mm256_mul_epu32(x, y), _mm256_slli_epi64(cross, 32));
}
