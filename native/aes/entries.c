#include "dispatch.h"

#include <string.h>

int parley_has_fast_aes(void) { return selected->aes.ctr != aes_portable.ctr; }

void parley_aes_expand_key(uint8_t round_keys[176], const uint8_t key[16]) {
    REQUIRES(apart(round_keys, 176, key, 16));
    selected->aes.expand_key_128(round_keys, key);
}

void parley_aes256_expand_key(uint8_t round_keys[240], const uint8_t key[32]) {
    REQUIRES(apart(round_keys, 240, key, 32));
    selected->aes.expand_key_256(round_keys, key);
}

/* Copies part of one block of the key stream. */
static void part_of_block(uint8_t *out, const uint8_t *round_keys, int rounds, uint64_t high, uint64_t low, size_t from,
                          size_t length) {
    uint8_t block[16];
    selected->aes.ctr(block, round_keys, rounds, high, low, 1);
    memcpy(out, block + from, length);
}

/* Whether so many bytes can be had from there, and where they go is apart from the keys. */
static inline int in_reach(const uint8_t *out, const uint8_t *round_keys, int rounds, uint64_t low, size_t skip,
                           size_t length) {
    return skip < 16 && (!length || (skip + length - 1) / 16 <= UINT64_MAX - low) &&
           apart(out, length, round_keys, 16 * ((size_t)rounds + 1));
}

static void stream(uint8_t *out, const uint8_t *round_keys, int rounds, uint64_t high, uint64_t low, size_t skip,
                   size_t length) {
    if (skip) {
        const size_t head = length < 16 - skip ? length : 16 - skip;
        part_of_block(out, round_keys, rounds, high, low++, skip, head);
        out += head;
        length -= head;
    }
    const size_t blocks = length / 16;
    selected->aes.ctr(out, round_keys, rounds, high, low, blocks);
    if (length % 16) part_of_block(out + 16 * blocks, round_keys, rounds, high, low + blocks, 0, length % 16);
}

void parley_aes_ctr(uint8_t *out, const uint8_t round_keys[176], uint64_t high, uint64_t low, size_t skip,
                    size_t length) {
    REQUIRES(in_reach(out, round_keys, 10, low, skip, length));
    stream(out, round_keys, 10, high, low, skip, length);
}

void parley_aes256_ctr(uint8_t *out, const uint8_t round_keys[240], uint64_t high, uint64_t low, size_t skip,
                       size_t length) {
    REQUIRES(in_reach(out, round_keys, 14, low, skip, length));
    stream(out, round_keys, 14, high, low, skip, length);
}

void parley_aes_streams(uint8_t *out, const uint8_t *keys, const uint64_t *first, size_t n, size_t blocks) {
    REQUIRES(apart(out, 16 * blocks * n, keys, 16 * n));
    REQUIRES(apart(out, 16 * blocks * n, first, n * sizeof *first));
    for (size_t i = 0; blocks && i < n; i++) REQUIRES_OF_CONTENTS(blocks - 1 <= UINT64_MAX - first[i]);
    selected->aes.streams(out, keys, first, n, blocks);
}

void parley_aes256_add_streams(uint8_t *sum, const uint8_t *round_keys, const uint8_t *negative, size_t n,
                               uint64_t first, size_t blocks, int width) {
    REQUIRES(width == 1 || width == 2 || width == 4 || width == 8);
    REQUIRES(!blocks || blocks - 1 <= UINT64_MAX - first);
    REQUIRES(apart(sum, 16 * blocks, round_keys, 240 * n));
    REQUIRES(apart(sum, 16 * blocks, negative, n));
    selected->aes.add_streams_256(sum, round_keys, negative, n, first, blocks, width);
}

size_t parley_keep_below_var(uint64_t *out, const uint64_t *draws, uint64_t p, uint64_t mask, size_t n) {
    REQUIRES_OR_ELSE(0, (mask & (mask + 1)) == 0 && p && p - 1 <= mask);
    REQUIRES_OR_ELSE(0, same_or_apart(out, draws, n * sizeof *out));
    return selected->aes.keep_below_var(out, draws, p, mask, n);
}

size_t parley_keep_pairs_below_var(uint64_t *out, const uint64_t *draws, const uint64_t p[2], const uint64_t mask[2],
                                   size_t n) {
    REQUIRES_OR_ELSE(0, same_or_apart(out, draws, 2 * n * sizeof *out));
    REQUIRES_OR_ELSE(0, apart(out, 2 * n * sizeof *out, p, 2 * sizeof *p));
    REQUIRES_OR_ELSE(0, apart(out, 2 * n * sizeof *out, mask, 2 * sizeof *mask));
    REQUIRES_OR_ELSE(0, mask[0] == UINT64_MAX && (mask[1] & (mask[1] + 1)) == 0 && p[1] <= mask[1] && (p[0] | p[1]));
    return selected->aes.keep_pairs_below_var(out, draws, p, mask, n);
}
