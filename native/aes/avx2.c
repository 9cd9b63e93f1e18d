/* AES-NI: a block a register. */

#include "kernels.h"

#if defined(__x86_64__)

#include "targets/avx2.h"

#include "aes/blocks_avx2.h"
#include "aes/rekeyed.h"
#include "aes/streams.h"

/* key ^ (key << 32) ^ (key << 64) ^ (key << 96) ^ core: the next four words of a key schedule. */
static inline B next_words(B key, B core) {
    key = _mm_xor_si128(key, _mm_slli_si128(key, 4));
    key = _mm_xor_si128(key, _mm_slli_si128(key, 8));
    return _mm_xor_si128(key, core);
}

#define ROTATED(v, constant) _mm_shuffle_epi32(_mm_aeskeygenassist_si128(v, constant), 0xff)
#define UNROTATED(v) _mm_shuffle_epi32(_mm_aeskeygenassist_si128(v, 0), 0xaa)

#define ROUND_KEY(round, constant)           \
    k = next_words(k, ROTATED(k, constant)); \
    store_blocks(round_keys + 16 * (round), 1, k)

static void expand_key_128(uint8_t round_keys[176], const uint8_t key[16]) {
    B k = load_blocks(key, 1);
    store_blocks(round_keys, 1, k);
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

#define TWO_ROUND_KEYS(round, constant)                  \
    even = next_words(even, ROTATED(odd, constant));     \
    store_blocks(round_keys + 16 * (round), 1, even);    \
    odd = next_words(odd, UNROTATED(even));              \
    store_blocks(round_keys + 16 * ((round) + 1), 1, odd)

static void expand_key_256(uint8_t round_keys[240], const uint8_t key[32]) {
    B even = load_blocks(key, 1), odd = load_blocks(key + 16, 1);
    store_blocks(round_keys, 1, even);
    store_blocks(round_keys + 16, 1, odd);
    TWO_ROUND_KEYS(2, 0x01);
    TWO_ROUND_KEYS(4, 0x02);
    TWO_ROUND_KEYS(6, 0x04);
    TWO_ROUND_KEYS(8, 0x08);
    TWO_ROUND_KEYS(10, 0x10);
    TWO_ROUND_KEYS(12, 0x20);
    even = next_words(even, ROTATED(odd, 0x40));
    store_blocks(round_keys + 224, 1, even);
}

/* Four draws at a time where all are kept, one by one where not. */
static size_t keep_below_var(uint64_t *out, const uint64_t *draws, uint64_t p, uint64_t mask, size_t n) {
    const V turned = spread((uint64_t)1 << 63), limit = spread(p ^ ((uint64_t)1 << 63));
    size_t i = 0, kept = 0;
    while (i < n) {
        if (i + 4 <= n) {
            const V draw = _mm256_and_si256(load(draws + i), spread(mask));
            const V below = _mm256_cmpgt_epi64(limit, _mm256_xor_si256(draw, turned));
            if (_mm256_movemask_epi8(below) == -1) {
                store(out + kept, draw);
                i += 4;
                kept += 4;
                continue;
            }
        }
        const uint64_t draw = draws[i++] & mask;
        out[kept] = draw;
        kept += draw < p;
    }
    return kept;
}

const AesKernels aes_avx2 = {
    .expand_key_128 = expand_key_128,
    .expand_key_256 = expand_key_256,
    .ctr = ctr,
    .streams = streams,
    .keep_below_var = keep_below_var,
};

#include "targets/end.h"

#endif
