/* Products whose masks are drawn a piece at a time, made of the selected table's kernels: a piece of each stream stays in
 * the first-level cache until it is added. */

#include "dispatch.h"
#include "lengths.h"

#include "replicated/exports.h"

enum { PIECE = 512, ROUNDS = 10, KEY_BYTES = 16, SCHEDULE_BYTES = 176 };

/* Whether the blocks of n words can be counted from there. */
static inline int counted(uint64_t block, size_t n) { return n / 2 <= UINT64_MAX - 1 - block; }

static void product(MaskedProduct *times, uint64_t *out, const uint64_t *x0, const uint64_t *x1, const uint64_t *y0,
                    const uint64_t *y1, const uint8_t *before, uint64_t before_block, const uint8_t *after,
                    uint64_t after_block, size_t n) {
    uint64_t subtracted[PIECE], added[PIECE];
    uint8_t before_keys[SCHEDULE_BYTES], after_keys[SCHEDULE_BYTES];
    selected->aes.expand_key_128(before_keys, before);
    selected->aes.expand_key_128(after_keys, after);
    for (size_t i = 0; i < n; i += PIECE) {
        const size_t here = at_most(n - i, PIECE), blocks = (here + 1) / 2;
        selected->aes.ctr((uint8_t *)subtracted, before_keys, ROUNDS, 0, before_block + i / 2, blocks);
        selected->aes.ctr((uint8_t *)added, after_keys, ROUNDS, 0, after_block + i / 2, blocks);
        times(out + i, x0 + i, x1 + i, y0 + i, y1 + i, subtracted, added, here);
    }
}

#define ENTRY(entry, kernel)                                                                                        \
    void entry(uint64_t *out, const uint64_t *x0, const uint64_t *x1, const uint64_t *y0, const uint64_t *y1,       \
               const uint8_t before[KEY_BYTES], uint64_t before_block, const uint8_t after[KEY_BYTES],              \
               uint64_t after_block, size_t n) {                                                                    \
        REQUIRES(same_or_apart(out, x0, n * sizeof *out) && same_or_apart(out, x1, n * sizeof *out));               \
        REQUIRES(same_or_apart(out, y0, n * sizeof *out) && same_or_apart(out, y1, n * sizeof *out));               \
        REQUIRES(apart(out, n * sizeof *out, before, KEY_BYTES) && apart(out, n * sizeof *out, after, KEY_BYTES));  \
        REQUIRES(counted(before_block, n) && counted(after_block, n));                                              \
        product(selected->kernel, out, x0, x1, y0, y1, before, before_block, after, after_block, n);                \
    }

ENTRY(parley_replicated_product, ring.masked_product)
ENTRY(parley_replicated_and, bits.bit_masked_product)
