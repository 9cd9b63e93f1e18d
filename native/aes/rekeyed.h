/* AES-128 under many keys at once, the schedules made on the way; see docs/algorithms/aes.md. To be included once by a
 * file that includes aes/blocks_LEVEL.h. */

#include "lengths.h"

#define ALWAYS_INLINE inline __attribute__((always_inline))

enum { KEYS = 4 * LANES };

/* How many of `count` blocks lie in register v. */
static ALWAYS_INLINE size_t in_register(size_t count, int v) {
    return count <= (size_t)(LANES * v) ? 0 : at_most(count - (size_t)(LANES * v), LANES);
}

/* (x0, x1, x2, x3), (y0, ...), ... -> (x0, y0, z0, w0), (x1, ...), ... of 32-bit words in every lane: from the
 * keys to their words, and back. */
static ALWAYS_INLINE void transpose_half_words(B v[4]) {
    const B a = low_half_words(v[0], v[1]), b = high_half_words(v[0], v[1]);
    const B c = low_half_words(v[2], v[3]), d = high_half_words(v[2], v[3]);
    v[0] = low_words(a, c);
    v[1] = high_words(a, c);
    v[2] = low_words(b, d);
    v[3] = high_words(b, d);
}

/* SubWord(RotWord(v)) ^ constant for every 32-bit word: aes_last_round also shifts rows, which is undone beforehand. */
static ALWAYS_INLINE B schedule_core(B v, uint32_t constant) {
    const B order = spread_words(0x080f0205040b0e01u, 0x00070a0d0c030609u);
    return aes_last_round(shuffle_bytes(v, order), spread_half_words(constant));
}

static const uint32_t round_constants[11] = {0, 0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0x1b, 0x36};

/* words[j] holds word j of the round keys of KEYS keys: makes them those of round `round`, and keys[r] the round
 * keys themselves. */
static ALWAYS_INLINE void next_round_keys(B keys[4], B words[4], int round) {
    const B core = schedule_core(words[3], round_constants[round]);
    const B three = xor_three(words[0], words[1], words[2]);
    words[1] = xor_three(words[0], words[1], core);
    words[0] = xor_blocks(words[0], core);
    words[2] = xor_blocks(three, core);
    words[3] = xor_three(three, words[3], core);
    for (int j = 0; j < 4; j++) keys[j] = words[j];
    transpose_half_words(keys);
}

/* Encrypts each lane of state[4 * (each * g + i) + r], 0 <= i < each, 0 <= g < groups <= 2, under the key in the same
 * lane of keys[4 * g + r]; `keys` is spent. `each` and `groups` are constants where this is inlined. A schedule is one
 * chain of instructions that wait for each other: two side by side fill each other's gaps. */
static ALWAYS_INLINE void encrypt_side_by_side(B *state, const int each, B *keys, const int groups) {
    B words[2][4];
    for (int g = 0; g < groups; g++) {
        for (int j = 0; j < 4; j++) words[g][j] = keys[4 * g + j];
        transpose_half_words(words[g]);
        for (int i = 0; i < 4 * each; i++)
            state[4 * each * g + i] = xor_blocks(state[4 * each * g + i], keys[4 * g + i % 4]);
    }
#pragma GCC unroll 9
    for (int round = 1; round < 10; round++)
#pragma GCC unroll 2
        for (int g = 0; g < groups; g++) {
            next_round_keys(keys + 4 * g, words[g], round);
            for (int i = 0; i < 4 * each; i++)
                state[4 * each * g + i] = aes_round(state[4 * each * g + i], keys[4 * g + i % 4]);
        }
    for (int g = 0; g < groups; g++) {
        next_round_keys(keys + 4 * g, words[g], 10);
        for (int i = 0; i < 4 * each; i++)
            state[4 * each * g + i] = aes_last_round(state[4 * each * g + i], keys[4 * g + i % 4]);
    }
}

/* The same of one group: each lane of state[4 * i + r] under the key in the same lane of keys[r]. */
static ALWAYS_INLINE void encrypt_rekeyed(B *state, const int each, B keys[4]) {
    encrypt_side_by_side(state, each, keys, 1);
}

/* The round keys of one key, each in every lane. */
static ALWAYS_INLINE void spread_round_keys(B round_keys[11], const uint64_t key[2]) {
    const B last_word = spread_words(0x0f0e0d0c0f0e0d0cu, 0x0f0e0d0c0f0e0d0cu);
    const B up_one = spread_words(0x0302010080808080u, 0x0b0a090807060504u);
    const B up_two = spread_words(0x8080808080808080u, 0x0706050403020100u);
    round_keys[0] = spread_block(key);
    for (int round = 1; round <= 10; round++) {
        const B before = round_keys[round - 1], core = schedule_core(before, round_constants[round]);
        const B pairs = xor_blocks(before, shuffle_bytes(before, up_one));
        const B sums = xor_blocks(pairs, shuffle_bytes(pairs, up_two));
        round_keys[round] = xor_blocks(sums, shuffle_bytes(core, last_word));
    }
}

/* All round keys at once, for as long as they are needed: those of key LANES * r + l, which is lane l of keys[r], stand
 * 16 * KEYS bytes from each other. */
static ALWAYS_INLINE void expand_keys(B round_keys[11][4], const B keys[4]) {
    B words[4];
    for (int r = 0; r < 4; r++) words[r] = round_keys[0][r] = keys[r];
    transpose_half_words(words);
    for (int round = 1; round <= 10; round++) next_round_keys(round_keys[round], words, round);
}
