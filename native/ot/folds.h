/* The folds of streams in GROUP registers of blocks, LANES blocks each; see docs/algorithms/softspoken.md. To be included
 * once by a file that includes aes/blocks_LEVEL.h. */

#include <string.h>

#include "lengths.h"
#include "ot/gray.h"

enum { GROUP = 8, GROUP_BLOCKS = GROUP * LANES, MAX_K = 8 };

/* Counters (0, first), (0, first + 1), ... as big-endian blocks. */
static inline B counters_from(uint64_t first) {
    const B swap_upper = spread_words(0x0706050403020100u, 0x08090a0b0c0d0e0fu);
    return shuffle_bytes(add_words(spread_words(0, first), upper_lane_numbers()), swap_upper);
}

/* sum ^= the encryptions of the counters. */
static inline __attribute__((always_inline)) void add_stream(B sum[GROUP], const B counters[GROUP],
                                                             const uint8_t *round_keys) {
    B state[GROUP];
    B key = spread_block(round_keys);
    for (int i = 0; i < GROUP; i++) state[i] = xor_blocks(counters[i], key);
    for (int round = 1; round < 10; round++) {
        key = spread_block(round_keys + 16 * round);
        for (int i = 0; i < GROUP; i++) state[i] = aes_round(state[i], key);
    }
    key = spread_block(round_keys + 160);
    for (int i = 0; i < GROUP; i++) sum[i] = xor_blocks(sum[i], aes_last_round(state[i], key));
}

static inline void store_group(uint64_t *out, const B v[GROUP], size_t blocks) {
    for (size_t i = 0; LANES * i < blocks; i++) store_blocks(out + 2 * LANES * i, at_most(blocks - LANES * i, LANES), v[i]);
}

/* At most GROUP_BLOCKS blocks. */
static void fold_group(uint64_t *sum, uint64_t *rows, size_t step, const uint8_t *round_keys, size_t k,
                       uint64_t first, size_t blocks) {
    B counters[GROUP], total[GROUP], row[MAX_K][GROUP];
    for (size_t i = 0; i < GROUP; i++) counters[i] = counters_from(first + LANES * i);
    memset(total, 0, sizeof total);
    memset(row, 0, k * sizeof row[0]);
    for (size_t t = ((size_t)1 << k) - 1; t; t--) {
        add_stream(total, counters, round_keys + 176 * gray(t));
        B *changes = row[changed(t)];
        for (int i = 0; i < GROUP; i++) changes[i] = xor_blocks(changes[i], total[i]);
    }
    for (size_t j = 0; j < k; j++) store_group(rows + j * step, row[j], blocks);
    if (sum) {
        add_stream(total, counters, round_keys);
        store_group(sum, total, blocks);
    }
}

static void fold(uint64_t *sum, uint64_t *rows, size_t step, const uint8_t *round_keys, size_t k, uint64_t first,
                 size_t blocks) {
    for (size_t i = 0; i < blocks; i += GROUP_BLOCKS)
        fold_group(sum ? sum + 2 * i : NULL, rows + 2 * i, step, round_keys, k, first + i,
                   at_most(blocks - i, GROUP_BLOCKS));
}
