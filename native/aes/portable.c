/* The slow, obvious reference: plain C for any machine. */

#include "kernels.h"

#include "aes/cipher.h"

static void expand_key_128(uint8_t round_keys[176], const uint8_t key[16]) { expand(round_keys, key, 4, 10); }

static void expand_key_256(uint8_t round_keys[240], const uint8_t key[32]) { expand(round_keys, key, 8, 14); }

static uint64_t byte_swap(uint64_t v) {
    uint64_t swapped = 0;
    for (int i = 0; i < 8; i++) swapped = (swapped << 8) | ((v >> (8 * i)) & 0xff);
    return swapped;
}

static void ctr(uint8_t *out, const uint8_t *round_keys, int rounds, uint64_t high, uint64_t low, size_t blocks) {
    for (size_t i = 0; i < blocks; i++) {
        uint64_t state[2] = {byte_swap(high), byte_swap(low + i)};
        encrypt(state, round_keys, rounds);
        memcpy(out + 16 * i, state, 16);
    }
}

static void streams(uint8_t *out, const uint8_t *keys, const uint64_t *first, size_t n, size_t blocks) {
    uint8_t round_keys[176];
    for (size_t i = 0; i < n; i++) {
        expand_key_128(round_keys, keys + 16 * i);
        ctr(out + 16 * blocks * i, round_keys, 10, 0, first[i], blocks);
    }
}

/* The element of `width` bytes there, lowest byte first, plus another or minus it. */
static void add_element(uint8_t *to, const uint8_t *from, int negative, int width) {
    uint64_t x = 0, y = 0;
    for (int i = 0; i < width; i++) {
        x |= (uint64_t)to[i] << (8 * i);
        y |= (uint64_t)from[i] << (8 * i);
    }
    x = negative ? x - y : x + y;
    for (int i = 0; i < width; i++) to[i] = (uint8_t)(x >> (8 * i));
}

static void add_streams_256(uint8_t *sum, const uint8_t *round_keys, const uint8_t *negative, size_t n, uint64_t first,
                            size_t blocks, int width) {
    uint8_t block[16];
    for (size_t i = 0; i < n; i++)
        for (size_t b = 0; b < blocks; b++) {
            ctr(block, round_keys + 240 * i, 14, 0, first + b, 1);
            for (int at = 0; at < 16; at += width) add_element(sum + 16 * b + at, block + at, negative[i], width);
        }
}

static size_t keep_below_var(uint64_t *out, const uint64_t *draws, uint64_t p, uint64_t mask, size_t n) {
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        const uint64_t draw = draws[i] & mask;
        out[kept] = draw;
        kept += draw < p;
    }
    return kept;
}

static size_t keep_pairs_below_var(uint64_t *out, const uint64_t *draws, const uint64_t p[2], const uint64_t mask[2],
                                   size_t n) {
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        const uint64_t low = draws[2 * i] & mask[0], high = draws[2 * i + 1] & mask[1];
        out[2 * kept] = low;
        out[2 * kept + 1] = high;
        kept += (size_t)((high < p[1]) | ((high == p[1]) & (low < p[0])));
    }
    return kept;
}

const AesKernels aes_portable = {
    OWN(expand_key_128) OWN(expand_key_256) OWN(ctr) OWN(streams) OWN(add_streams_256)
    OWN(keep_below_var) OWN(keep_pairs_below_var)
};
