/* The slow, obvious reference: plain C for any machine. */

#include "kernels.h"
#include "lengths.h"

#include <string.h>

static void fold(uint64_t *sum, uint64_t *rows, size_t step, const uint8_t *round_keys, size_t k, uint64_t first,
                 size_t blocks) {
    if (sum) memset(sum, 0, blocks * 16);
    for (size_t j = 0; j < k; j++) memset(rows + j * step, 0, blocks * 16);
    for (size_t x = sum ? 0 : 1; x < (size_t)1 << k; x++)
        for (size_t i = 0; i < blocks; i++) {
            uint64_t r[2];
            aes_portable.ctr((uint8_t *)r, round_keys + 176 * x, 10, 0, first + i, 1);
            for (size_t w = 0; w < 2; w++) {
                if (sum) sum[2 * i + w] ^= r[w];
                for (size_t j = 0; j < k; j++)
                    if (x >> j & 1) rows[j * step + 2 * i + w] ^= r[w];
            }
        }
}

static void add_sparse(uint64_t *out, const uint64_t *table, size_t log_size, const uint8_t *round_keys, uint64_t first,
                       size_t n) {
    const uint64_t mask = ((uint64_t)1 << log_size) - 1;
    for (size_t i = 0; i < n; i++) {
        uint64_t picks[PARLEY_OT_PICK_WORDS];
        aes_portable.ctr((uint8_t *)picks, round_keys, 10, 0, 2 * (first + i), 2);
        for (size_t term = 0; term < PARLEY_OT_TERMS; term++) {
            const uint64_t *row = table + 2 * (picks[term / 3] >> term % 3 * PARLEY_OT_PICK_BITS & mask);
            out[2 * i] ^= row[0];
            out[2 * i + 1] ^= row[1];
        }
    }
}

static void lowest_bits(uint64_t *out, const uint64_t *labels, size_t n) {
    for (size_t at = 0; at < n; at += 64) {
        uint64_t word = 0;
        for (size_t i = at_most(n - at, 64); i; i--) word = word << 1 | (labels[2 * (at + i - 1)] & 1);
        out[at / 64] = word;
    }
}

static void sum_pairs(uint64_t sum[4], const uint64_t *pairs, size_t n) {
    memset(sum, 0, 32);
    for (size_t i = 0; i < n; i++)
        for (size_t w = 0; w < 4; w++) sum[w] ^= pairs[4 * i + w];
}

/* All ones where x = y, else zero. */
static uint64_t same(uint64_t x, uint64_t y) {
    const uint64_t d = x ^ y;
    return ((d | (0 - d)) >> 63) - 1;
}

static void add_to_pair(uint64_t *pairs, size_t n, uint64_t which, const uint64_t value[4], const uint64_t keep[4]) {
    for (size_t i = 0; i < n; i++) {
        const uint64_t here = same(i, which);
        for (size_t w = 0; w < 4; w++) pairs[4 * i + w] = (pairs[4 * i + w] & keep[w]) ^ (here & value[w]);
    }
}

const OtKernels ot_portable = {OWN(fold) OWN(add_sparse) OWN(lowest_bits) OWN(sum_pairs) OWN(add_to_pair)};
