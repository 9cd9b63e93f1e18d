/* Counter mode, LANES blocks a register, and the streams of many keys. To be included once by a file that includes
 * aes/blocks_LEVEL.h and aes/rekeyed.h. */

#include <string.h>

#include "lengths.h"

enum { BLOCKS_ON_THE_WAY = 4 };

/* Counters as they are kept, with the lower word little-endian, turned into blocks. */
static ALWAYS_INLINE B swap_upper(B counters) {
    return shuffle_bytes(counters, spread_words(0x0706050403020100u, 0x08090a0b0c0d0e0fu));
}

/* Encrypts the next `blocks` counters into `vectors` registers (a constant where this is inlined) and `out`. */
static ALWAYS_INLINE void ctr_step(uint8_t *out, const int vectors, size_t blocks, B *next, const B *keys,
                                   const int rounds) {
    const B step = spread_words(0, LANES);
    B state[8];
    for (int v = 0; v < vectors; v++) {
        state[v] = xor_blocks(swap_upper(*next), keys[0]);
        *next = add_words(*next, step);
    }
    for (int round = 1; round < rounds; round++)
        for (int v = 0; v < vectors; v++) state[v] = aes_round(state[v], keys[round]);
    for (int v = 0; v < vectors; v++) state[v] = aes_last_round(state[v], keys[rounds]);
    for (int v = 0; v < vectors; v++)
        store_blocks(out + 16 * LANES * v, at_most(blocks - (size_t)(LANES * v), LANES), state[v]);
}

/* `keys`: round keys, `key_step` bytes from each other. `rounds` is a constant where this is inlined. */
static ALWAYS_INLINE void ctr_rounds(uint8_t *out, const uint8_t *round_keys, size_t key_step, const int rounds,
                                     uint64_t high, uint64_t low, size_t blocks) {
    B next = add_words(spread_words(__builtin_bswap64(high), low), upper_lane_numbers());
    B keys[15];
    for (int i = 0; i <= rounds; i++) keys[i] = spread_block(round_keys + key_step * (size_t)i);
    for (; blocks >= 8 * LANES; blocks -= 8 * LANES, out += 16 * 8 * LANES)
        ctr_step(out, 8, 8 * LANES, &next, keys, rounds);
    for (; blocks >= LANES; blocks -= LANES, out += 16 * LANES) ctr_step(out, 1, LANES, &next, keys, rounds);
    if (blocks) ctr_step(out, 1, blocks, &next, keys, rounds);
}

static void ctr(uint8_t *out, const uint8_t *round_keys, int rounds, uint64_t high, uint64_t low, size_t blocks) {
    if (rounds == 10)
        ctr_rounds(out, round_keys, 16, 10, high, low, blocks);
    else
        ctr_rounds(out, round_keys, 16, 14, high, low, blocks);
}

/* KEYS streams of at most BLOCKS_ON_THE_WAY blocks, encrypted while the schedules are made; `blocks` is a constant
 * where this is inlined. */
static ALWAYS_INLINE void short_streams(uint8_t *out, const uint8_t keys[16 * KEYS], const uint64_t first[KEYS],
                                        const int blocks) {
    B state[4 * BLOCKS_ON_THE_WAY], round_keys[4];
    for (int r = 0; r < 4; r++) {
        const B counters = upper_words(first + LANES * r);
        round_keys[r] = load_blocks(keys + 16 * LANES * r, LANES);
        for (int b = 0; b < blocks; b++)
            state[4 * b + r] = swap_upper(add_words(counters, spread_words(0, (uint64_t)b)));
    }
    encrypt_rekeyed(state, blocks, round_keys);
    for (int r = 0; r < 4; r++)
        for (int b = 0; b < blocks; b++)
            store_apart(out + 16 * (LANES * r * blocks + b), 16 * (size_t)blocks, state[4 * b + r]);
}

static void long_streams(uint8_t *out, const uint8_t keys[16 * KEYS], const uint64_t *first, size_t n, size_t blocks) {
    B group[4], round_keys[11][4];
    for (int r = 0; r < 4; r++) group[r] = load_blocks(keys + 16 * LANES * r, LANES);
    expand_keys(round_keys, group);
    for (size_t i = 0; i < n; i++)
        ctr_rounds(out + 16 * blocks * i, (const uint8_t *)round_keys + 16 * i, sizeof round_keys[0], 10, 0, first[i],
                   blocks);
}

static void whole_group(uint8_t *out, const uint8_t keys[16 * KEYS], const uint64_t first[KEYS], size_t blocks) {
    switch (blocks) {
        case 1: return short_streams(out, keys, first, 1);
        case 2: return short_streams(out, keys, first, 2);
        case 3: return short_streams(out, keys, first, 3);
        case 4: return short_streams(out, keys, first, 4);
        default: return long_streams(out, keys, first, KEYS, blocks);
    }
}

static void streams(uint8_t *out, const uint8_t *keys, const uint64_t *first, size_t n, size_t blocks) {
    size_t i = 0;
    for (; i + KEYS <= n; i += KEYS) whole_group(out + 16 * blocks * i, keys + 16 * i, first + i, blocks);
    if (i == n) return;
    const size_t left = n - i;
    uint8_t last_keys[16 * KEYS] = {0};
    memcpy(last_keys, keys + 16 * i, 16 * left);
    long_streams(out + 16 * blocks * i, last_keys, first + i, left, blocks);
}
