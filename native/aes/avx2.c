/* AES-NI: a block a register. */

#include "kernels.h"

#if defined(__x86_64__)

#include "targets/avx2.h"

#include "aes/blocks_avx2.h"
#include "aes/rekeyed.h"
#include "aes/streams.h"

#include "aes/masking.h"

#define TOP ((uint64_t)1 << 63)

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

/* Which words of x are below those of y, a bit for each. `turned` is y with its top bits turned. */
static inline int words_below(V x, V turned) {
    const V below = _mm256_cmpgt_epi64(turned, _mm256_xor_si256(x, spread(TOP)));
    return _mm256_movemask_pd(_mm256_castsi256_pd(below));
}

/* Four draws at a time where all are kept, one by one where not. */
static size_t keep_below_var(uint64_t *out, const uint64_t *draws, uint64_t p, uint64_t mask, size_t n) {
    const V limit = spread(p ^ TOP), bits = spread(mask);
    size_t i = 0, kept = 0;
    while (i < n) {
        const V four = i + 4 <= n ? _mm256_and_si256(load(draws + i), bits) : spread(UINT64_MAX);
        if (words_below(four, limit) == 0xf) {
            store(out + kept, four);
            i += 4;
            kept += 4;
            continue;
        }
        const uint64_t draw = draws[i++] & mask;
        out[kept] = draw;
        kept += draw < p;
    }
    return kept;
}

/* Two pairs at a time where their upper words tell that both are kept, one by one where not. */
static size_t keep_pairs_below_var(uint64_t *out, const uint64_t *draws, const uint64_t p[2], const uint64_t mask[2],
                                   size_t n) {
    const V limit = spread(p[1] ^ TOP), bits = _mm256_broadcastsi128_si256(load_blocks(mask, 1));
    const uint64_t p_low = p[0], p_high = p[1], mask_low = mask[0], mask_high = mask[1];
    size_t i = 0, kept = 0;
    while (i < n) {
        const V two = i + 2 <= n ? _mm256_and_si256(load(draws + 2 * i), bits) : spread(UINT64_MAX);
        if ((words_below(two, limit) & 0xa) == 0xa) {
            store(out + 2 * kept, two);
            i += 2;
            kept += 2;
            continue;
        }
        const uint64_t low = draws[2 * i] & mask_low, high = draws[2 * i + 1] & mask_high;
        out[2 * kept] = low;
        out[2 * kept + 1] = high;
        kept += (size_t)((high < p_high) | ((high == p_high) & (low < p_low)));
        i++;
    }
    return kept;
}

const AesKernels aes_avx2 = {
    OWN(expand_key_128) OWN(expand_key_256) OWN(ctr) OWN(streams) OWN(add_streams_256)
    OWN(keep_below_var) OWN(keep_pairs_below_var)
};

#include "targets/end.h"

#endif
