/* Blocks of 16 bytes in registers B, LANES a register: four, with VAES. For blocks of functions that
 * targets/avx512_ice.h opens; blocks_avx2.h, where the functions are described, has the same for one. */

#include <stddef.h>

typedef __m512i B;
enum { LANES = 4 };

static inline __mmask8 words_of(size_t blocks) { return (__mmask8)((1u << 2 * blocks) - 1); }

static inline B load_blocks(const void *p, size_t count) {
    return count == LANES ? _mm512_loadu_si512(p) : _mm512_maskz_loadu_epi64(words_of(count), p);
}
static inline void store_blocks(void *p, size_t count, B v) {
    if (count == LANES)
        _mm512_storeu_si512(p, v);
    else
        _mm512_mask_storeu_epi64(p, words_of(count), v);
}
static inline void store_apart(uint8_t *p, size_t step, B v) {
    _mm_storeu_si128((__m128i *)p, _mm512_castsi512_si128(v));
    _mm_storeu_si128((__m128i *)(p + step), _mm512_extracti32x4_epi32(v, 1));
    _mm_storeu_si128((__m128i *)(p + 2 * step), _mm512_extracti32x4_epi32(v, 2));
    _mm_storeu_si128((__m128i *)(p + 3 * step), _mm512_extracti32x4_epi32(v, 3));
}
static inline B spread_block(const void *p) { return _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)p)); }
static inline B spread_words(uint64_t low, uint64_t high) {
    return _mm512_broadcast_i32x4(_mm_set_epi64x((long long)high, (long long)low));
}
static inline B spread_half_words(uint32_t v) { return _mm512_set1_epi32((int)v); }

static inline B lane_numbers(void) { return _mm512_set_epi64(0, 3, 0, 2, 0, 1, 0, 0); }
static inline B upper_lane_numbers(void) { return _mm512_set_epi64(3, 0, 2, 0, 1, 0, 0, 0); }
static inline B upper_words(const uint64_t *words) {
    const B four = _mm512_castsi256_si512(_mm256_loadu_si256((const __m256i *)words));
    return _mm512_maskz_permutexvar_epi64(0xaa, _mm512_set_epi64(3, 3, 2, 2, 1, 1, 0, 0), four);
}

static inline B xor_blocks(B x, B y) { return _mm512_xor_si512(x, y); }
static inline B add_words(B x, B y) { return _mm512_add_epi64(x, y); }
static inline B shuffle_bytes(B v, B order) { return _mm512_shuffle_epi8(v, order); }
static inline B low_half_words(B x, B y) { return _mm512_unpacklo_epi32(x, y); }
static inline B high_half_words(B x, B y) { return _mm512_unpackhi_epi32(x, y); }
static inline B low_words(B x, B y) { return _mm512_unpacklo_epi64(x, y); }
static inline B high_words(B x, B y) { return _mm512_unpackhi_epi64(x, y); }
static inline B aes_round(B state, B key) { return _mm512_aesenc_epi128(state, key); }
static inline B aes_last_round(B state, B key) { return _mm512_aesenclast_epi128(state, key); }

static inline B sigma(B x) {
    const B upper = spread_words(0, UINT64_MAX);
    return _mm512_ternarylogic_epi64(_mm512_shuffle_epi32(x, 0x4e), x, upper, 0x78); /* a ^ (b & c) */
}
static inline B if_odd(B x, B y) {
    const B lower_twice = _mm512_shuffle_epi32(x, 0x44);
    return _mm512_maskz_mov_epi64(_mm512_test_epi64_mask(lower_twice, _mm512_set1_epi64(1)), y);
}
static inline void interleave(B *x, B *y) {
    const B first = _mm512_permutex2var_epi64(*x, _mm512_set_epi64(11, 10, 3, 2, 9, 8, 1, 0), *y);
    *y = _mm512_permutex2var_epi64(*x, _mm512_set_epi64(15, 14, 7, 6, 13, 12, 5, 4), *y);
    *x = first;
}
static inline void part(B *x, B *y) {
    const B first = _mm512_shuffle_i64x2(*x, *y, 0x88);
    *y = _mm512_shuffle_i64x2(*x, *y, 0xdd);
    *x = first;
}
