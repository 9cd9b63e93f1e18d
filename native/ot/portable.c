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
            aes_portable.ctr((uint8_t *)r, round_keys + 176 * x, 0, first + i, 1);
            for (size_t w = 0; w < 2; w++) {
                if (sum) sum[2 * i + w] ^= r[w];
                for (size_t j = 0; j < k; j++)
                    if (x >> j & 1) rows[j * step + 2 * i + w] ^= r[w];
            }
        }
}

const OtKernels ot_portable = {
    .fold = fold,
};
