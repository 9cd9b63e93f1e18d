/* AES-NI: a block a register. */

#include "kernels.h"

#if defined(__x86_64__)

#include "targets/avx2.h"

static inline __m128i next_round_key(__m128i key, __m128i assist) {
    key = _mm_xor_si128(key, _mm_slli_si128(key, 4));
    key = _mm_xor_si128(key, _mm_slli_si128(key, 8));
    return _mm_xor_si128(key, _mm_shuffle_epi32(assist, 0xff));
}

#define ROUND_KEY(round, constant)                                        \
    k = next_round_key(k, _mm_aeskeygenassist_si128(k, constant));        \
    _mm_storeu_si128((__m128i *)(round_keys + 16 * (round)), k)

static void expand_key(uint8_t round_keys[176], const uint8_t key[16]) {
    __m128i k = _mm_loadu_si128((const __m128i *)key);
    _mm_storeu_si128((__m128i *)round_keys, k);
    ROUND_KEY(1, 0x01);
    ROUND_KEY(2, 0x02);
    ROUND_KEY(3, 0x04);
    ROUND_KEY(4, 0x08);
    ROUND_KEY(5, 0x10);
    ROUND_KEY(6, 0x20);
    ROUND_KEY(7, 0x40);
    ROUND_KEY(8, 0x80);
    ROUND_KEY(9, 0x1b);
    ROUND_KEY(10, 0x36);
}

/* Encrypts the counters (high, low), (high, low + 1), ...; `blocks` is a constant where this is inlined. */
static inline __attribute__((always_inline)) void encrypt_counters(uint8_t *out, const int blocks, uint64_t high,
                                                                   uint64_t low, const __m128i keys[11]) {
    const long long top = (long long)__builtin_bswap64(high);
    __m128i state[8];
    for (int i = 0; i < blocks; i++) {
        const __m128i counter = _mm_set_epi64x((long long)__builtin_bswap64(low + (uint64_t)i), top);
        state[i] = _mm_xor_si128(counter, keys[0]);
    }
    for (int round = 1; round < 10; round++)
        for (int i = 0; i < blocks; i++) state[i] = _mm_aesenc_si128(state[i], keys[round]);
    for (int i = 0; i < blocks; i++)
        _mm_storeu_si128((__m128i *)(out + 16 * i), _mm_aesenclast_si128(state[i], keys[10]));
}

static void ctr(uint8_t *out, const uint8_t round_keys[176], uint64_t high, uint64_t low, size_t blocks) {
    __m128i keys[11];
    for (int i = 0; i < 11; i++) keys[i] = _mm_loadu_si128((const __m128i *)(round_keys + 16 * i));
    for (; blocks >= 8; blocks -= 8, low += 8, out += 128) encrypt_counters(out, 8, high, low, keys);
    for (; blocks; blocks--, low++, out += 16) encrypt_counters(out, 1, high, low, keys);
}

const AesKernels aes_avx2 = {
    .expand_key = expand_key,
    .ctr = ctr,
};

#include "targets/end.h"

#endif
