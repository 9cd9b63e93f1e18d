/* Blocks of 16 bytes in registers B, LANES a register: one, with AES-NI. M is a mask of lanes. For blocks of functions that targets/avx2.h
 * opens; blocks_avx512_ice.h has the same for four. */

#include <stddef.h>

typedef __m128i B;
typedef __m128i M;
enum { LANES = 1 };

/* The first `count` <= LANES blocks; the others read as zero and are not touched. */
static inline B load_blocks(const void *p, size_t count) {
    return count ? _mm_loadu_si128((const B *)p) : _mm_setzero_si128();
}
static inline void store_blocks(void *p, size_t count, B v) {
    if (count) _mm_storeu_si128((B *)p, v);
}
/* One block for each lane, `step` bytes from each other. */
static inline void store_apart(uint8_t *p, size_t step, B v) {
    (void)step;
    _mm_storeu_si128((B *)p, v);
}
/* The same block in every lane. */
static inline B spread_block(const void *p) { return _mm_loadu_si128((const B *)p); }
static inline B spread_words(uint64_t low, uint64_t high) { return _mm_set_epi64x((long long)high, (long long)low); }
static inline B spread_half_words(uint32_t v) { return _mm_set1_epi32((int)v); }

/* The number of each lane as its lower word, and as its upper word. */
static inline B lane_numbers(void) { return _mm_setzero_si128(); }
static inline B upper_lane_numbers(void) { return _mm_setzero_si128(); }
/* words[lane] as the upper word of each lane. */
static inline B upper_words(const uint64_t *words) { return spread_words(0, words[0]); }

static inline B xor_blocks(B x, B y) { return _mm_xor_si128(x, y); }
static inline B xor_three(B x, B y, B z) { return _mm_xor_si128(_mm_xor_si128(x, y), z); }
static inline B add_words(B x, B y) { return _mm_add_epi64(x, y); }
/* Sums and differences of lanes of 8, 16, 32 and 64 bits. */
static inline B add_bytes(B x, B y) { return _mm_add_epi8(x, y); }
static inline B add_pairs(B x, B y) { return _mm_add_epi16(x, y); }
static inline B add_half_words(B x, B y) { return _mm_add_epi32(x, y); }
static inline B sub_bytes_of(B x, B y) { return _mm_sub_epi8(x, y); }
static inline B sub_pairs(B x, B y) { return _mm_sub_epi16(x, y); }
static inline B sub_half_words(B x, B y) { return _mm_sub_epi32(x, y); }
static inline B sub_words(B x, B y) { return _mm_sub_epi64(x, y); }
static inline B shuffle_bytes(B v, B order) { return _mm_shuffle_epi8(v, order); }
static inline B low_half_words(B x, B y) { return _mm_unpacklo_epi32(x, y); }
static inline B high_half_words(B x, B y) { return _mm_unpackhi_epi32(x, y); }
static inline B low_words(B x, B y) { return _mm_unpacklo_epi64(x, y); }
static inline B high_words(B x, B y) { return _mm_unpackhi_epi64(x, y); }
static inline B aes_round(B state, B key) { return _mm_aesenc_si128(state, key); }
static inline B aes_last_round(B state, B key) { return _mm_aesenclast_si128(state, key); }

/* (high, low) -> (high ^ low, high). */
static inline B sigma(B x) {
    return _mm_xor_si128(_mm_shuffle_epi32(x, 0x4e), _mm_and_si128(x, _mm_set_epi64x(-1, 0)));
}
/* The same with the halves of each word: (high, low) -> (high ^ low, high) of 32 bits. */
static inline B sigma_in_words(B x) {
    return _mm_xor_si128(_mm_shuffle_epi32(x, 0xb1), _mm_and_si128(x, _mm_set1_epi64x(-(1LL << 32))));
}
/* Each word of y where the lowest bit of the same word of x is one, else zero. */
static inline B where_odd(B x, B y) {
    const B bit = _mm_and_si128(x, _mm_set1_epi64x(1));
    return _mm_and_si128(_mm_sub_epi64(_mm_setzero_si128(), bit), y);
}
/* y where the lowest bit of x is one, else zero. */
static inline B if_odd(B x, B y) { return where_odd(_mm_shuffle_epi32(x, 0x44), y); }
/* Which lanes have the lowest bit set; x, with y added in these lanes. */
static inline M odd_blocks(B x) {
    const B bit = _mm_and_si128(_mm_shuffle_epi32(x, 0x44), _mm_set1_epi64x(1));
    return _mm_sub_epi64(_mm_setzero_si128(), bit);
}
static inline B xor_where(M mask, B x, B y) { return _mm_xor_si128(x, _mm_and_si128(mask, y)); }
/* The lower and the upper word of each lane, shifted to the right by so many bits. */
static inline B shift_words(B v, int low, int high) { return _mm_srlv_epi64(v, _mm_set_epi64x(high, low)); }

/* The first `count` <= LANES words or bytes, one for each lane, in both its words; the others read as zero. */
static inline B load_words_twice(const uint64_t *p, size_t count) {
    return count ? _mm_set1_epi64x((long long)*p) : _mm_setzero_si128();
}
static inline B load_bytes_twice(const uint8_t *p, size_t count) {
    return count ? _mm_set1_epi64x(*p) : _mm_setzero_si128();
}
/* Of each of the first `count` lanes the lower word, and its lowest byte. */
static inline void store_lower_words(uint64_t *p, size_t count, B v) {
    if (count) *p = (uint64_t)_mm_cvtsi128_si64(v);
}
static inline void store_lower_bytes(uint8_t *p, size_t count, B v) {
    if (count) *p = (uint8_t)_mm_cvtsi128_si64(v);
}
/* (x0, x1, ...), (y0, y1, ...) -> (x0, y0, x1, ...) over both registers, and back. */
static inline void interleave(B *x, B *y) { (void)x, (void)y; }
static inline void part(B *x, B *y) { (void)x, (void)y; }
