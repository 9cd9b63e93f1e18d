/* The slow, obvious reference: plain C for any machine. */

#include "kernels.h"

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

static void add_picked(uint64_t *out, const uint64_t *table, const uint64_t *picks, size_t log_size, size_t n) {
    const uint64_t mask = ((uint64_t)1 << log_size) - 1;
    for (size_t i = 0; i < n; i++, picks += PARLEY_OT_PICK_WORDS)
        for (size_t term = 0; term < PARLEY_OT_TERMS; term++) {
            const uint64_t *row = table + 2 * (picks[term / 3] >> term % 3 * PARLEY_OT_PICK_BITS & mask);
            out[2 * i] ^= row[0];
            out[2 * i + 1] ^= row[1];
        }
}

const OtKernels ot_portable = {
    .fold = fold,
    .add_picked = add_picked,
};
