/* VAES: four blocks a register. */

#include "kernels.h"

#if defined(__x86_64__)

#include "targets/avx512_ice.h"

#include "aes/blocks_avx512_ice.h"
#include "aes/rekeyed.h"
#include "aes/streams.h"

#include "aes/masking.h"

/* Stores the words of a mask, mostly all, and returns how many they are. A whole register is stored: behind what is
 * kept there is room for as many words as have been read. */
static inline size_t keep(uint64_t *out, V words, __mmask8 those) {
    if (those == 0xff) {
        store(out, words);
        return 8;
    }
    store(out, _mm512_maskz_compress_epi64(those, words));
    return (size_t)__builtin_popcount(those);
}

static size_t keep_below_var(uint64_t *out, const uint64_t *draws, uint64_t p, uint64_t mask, size_t n) {
    const V limit = spread(p), bits = spread(mask);
    size_t i = 0, kept = 0;
    for (; i + 8 <= n; i += 8) {
        const V draw = _mm512_and_si512(load(draws + i), bits);
        kept += keep(out + kept, draw, _mm512_cmplt_epu64_mask(draw, limit));
    }
    const V draw = _mm512_and_si512(load_first(draws + i, n - i), bits);
    const __mmask8 below = _mm512_mask_cmplt_epu64_mask(first(n - i), draw, limit);
    store_first(out + kept, (size_t)__builtin_popcount(below), _mm512_maskz_compress_epi64(below, draw));
    return kept + (size_t)__builtin_popcount(below);
}

/* The words of those pairs that are below the pairs of `limit`; mostly the upper words of all tell. */
static inline __mmask8 pairs_below(V draw, V limit) {
    const unsigned less = _mm512_cmplt_epu64_mask(draw, limit);
    if ((less & 0xaa) == 0xaa) return 0xff;
    const unsigned equal = _mm512_cmpeq_epu64_mask(draw, limit);
    const unsigned upper = (less | (equal & (less << 1))) & 0xaa;
    return (__mmask8)(upper | upper >> 1);
}

static size_t keep_pairs_below_var(uint64_t *out, const uint64_t *draws, const uint64_t p[2], const uint64_t mask[2],
                                   size_t n) {
    const V limit = spread_words(p[0], p[1]), bits = spread_words(mask[0], mask[1]);
    size_t i = 0, kept = 0;
    for (; i + 4 <= n; i += 4) {
        const V draw = _mm512_and_si512(load(draws + 2 * i), bits);
        kept += keep(out + 2 * kept, draw, pairs_below(draw, limit)) / 2;
    }
    const V draw = _mm512_and_si512(load_first(draws + 2 * i, 2 * (n - i)), bits);
    const __mmask8 below = pairs_below(draw, limit) & first(2 * (n - i));
    store_first(out + 2 * kept, (size_t)__builtin_popcount(below), _mm512_maskz_compress_epi64(below, draw));
    return kept + (size_t)__builtin_popcount(below) / 2;
}

const AesKernels aes_avx512_ice = {
    OWN(ctr) OWN(streams) OWN(add_streams_256) OWN(keep_below_var) OWN(keep_pairs_below_var)
};

#include "targets/end.h"

#endif
