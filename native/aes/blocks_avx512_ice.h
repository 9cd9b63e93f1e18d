/* Blocks of 16 bytes in registers B, LANES a register: four, with VAES. For blocks of functions that
 * targets/avx512_ice.h opens; blocks_avx2.h, where the functions are described, has the same for one. */

#include <stddef.h>
#include <string.h>

typedef __m512i B;
typedef __mmask8 M;
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
static inline B xor_three(B x, B y, B z) { return _mm512_ternarylogic_epi64(x, y, z, 0x96); }
static inline B add_words(B x, B y) { return _mm512_add_epi64(x, y); }
static inline B add_bytes(B x, B y) { return _mm512_add_epi8(x, y); }
static inline B add_pairs(B x, B y) { return _mm512_add_epi16(x, y); }
static inline B add_half_words(B x, B y) { return _mm512_add_epi32(x, y); }
static inline B sub_bytes_of(B x, B y) { return _mm512_sub_epi8(x, y); }
static inline B sub_pairs(B x, B y) { return _mm512_sub_epi16(x, y); }
static inline B sub_half_words(B x, B y) { return _mm512_sub_epi32(x, y); }
static inline B sub_words(B x, B y) { return _mm512_sub_epi64(x, y); }
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
static inline B sigma_in_words(B x) {
    const B upper = _mm512_set1_epi64(-(1LL << 32));
    return _mm512_ternarylogic_epi64(_mm512_shuffle_epi32(x, 0xb1), x, upper, 0x78); /* a ^ (b & c) */
}
static inline B where_odd(B x, B y) {
    return _mm512_maskz_mov_epi64(_mm512_test_epi64_mask(x, _mm512_set1_epi64(1)), y);
}
static inline B if_odd(B x, B y) { return where_odd(_mm512_shuffle_epi32(x, 0x44), y); }
static inline M odd_blocks(B x) {
    return _mm512_test_epi64_mask(_mm512_shuffle_epi32(x, 0x44), _mm512_set1_epi64(1));
}
static inline B xor_where(M mask, B x, B y) { return _mm512_mask_xor_epi64(x, mask, x, y); }
static inline B shift_words(B v, int low, int high) {
    return _mm512_srlv_epi64(v, spread_words((uint64_t)low, (uint64_t)high));
}

static inline B load_words_twice(const uint64_t *p, size_t count) {
    const __mmask8 first = (__mmask8)((1u << count) - 1);
    const B four = _mm512_castsi256_si512(_mm256_maskz_loadu_epi64(first, p));
    return _mm512_permutexvar_epi64(_mm512_set_epi64(3, 3, 2, 2, 1, 1, 0, 0), four);
}
static inline B load_bytes_twice(const uint8_t *p, size_t count) {
    uint32_t four = 0;
    if (count == LANES)
        memcpy(&four, p, LANES);
    else
        for (size_t i = 0; i < count; i++) four |= (uint32_t)p[i] << 8 * i;
    const __m128i bytes = _mm_cvtsi32_si128((int)four);
    return _mm512_cvtepu8_epi64(_mm_unpacklo_epi8(bytes, bytes));
}
static inline void store_lower_words(uint64_t *p, size_t count, B v) {
    const B lower = _mm512_permutexvar_epi64(_mm512_set_epi64(6, 4, 2, 0, 6, 4, 2, 0), v);
    _mm256_mask_storeu_epi64(p, (__mmask8)((1u << count) - 1), _mm512_castsi512_si256(lower));
}
static inline void store_lower_bytes(uint8_t *p, size_t count, B v) {
    const __m128i lower = _mm_cvtepi16_epi8(_mm512_cvtepi64_epi8(v));
    const uint32_t four = (uint32_t)_mm_cvtsi128_si32(lower);
    if (count == LANES)
        memcpy(p, &four, LANES);
    else
        for (size_t i = 0; i < count; i++) p[i] = (uint8_t)(four >> 8 * i);
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
