/* Products whose masks are drawn a piece at a time, made of the selected table's kernels: a piece of each stream stays in
 * the first-level cache until it is added. */

#include <string.h>

#include "dispatch.h"
#include "lengths.h"

#include "replicated/exports.h"

enum { PIECE = 512, ROUNDS = 10, KEY_BYTES = 16, SCHEDULE_BYTES = 176 };

/* Whether the blocks of n words can be counted from there. */
static inline int counted(uint64_t block, size_t n) { return n / 2 <= UINT64_MAX - 1 - block; }

/* A stream that is gone through by pieces: there may be none, which is zeros. */
typedef struct {
    uint64_t words[PIECE];
    uint8_t keys[SCHEDULE_BYTES];
    const uint8_t *key;
    uint64_t block;
} Mask;

static inline void begin(Mask *mask, const uint8_t *key, uint64_t block) {
    mask->key = key;
    mask->block = block;
    if (key)
        selected->aes.expand_key_128(mask->keys, key);
    else
        memset(mask->words, 0, sizeof mask->words);
}

static inline const uint64_t *drawn(Mask *mask, size_t i, size_t here) {
    if (mask->key)
        selected->aes.ctr((uint8_t *)mask->words, mask->keys, ROUNDS, 0, mask->block + i / 2, (here + 1) / 2);
    return mask->words;
}

static void product(MaskedProduct *times, uint64_t *out, const uint64_t *x0, const uint64_t *x1, const uint64_t *y0,
                    const uint64_t *y1, const uint8_t *before, uint64_t before_block, const uint8_t *after,
                    uint64_t after_block, size_t n) {
    Mask subtracted, added;
    begin(&subtracted, before, before_block);
    begin(&added, after, after_block);
    for (size_t i = 0; i < n; i += PIECE) {
        const size_t here = at_most(n - i, PIECE);
        times(out + i, x0 + i, x1 + i, y0 + i, y1 + i, drawn(&subtracted, i, here), drawn(&added, i, here), here);
    }
}

#define ENTRY(entry, kernel)                                                                                        \
    void entry(uint64_t *out, const uint64_t *x0, const uint64_t *x1, const uint64_t *y0, const uint64_t *y1,       \
               const uint8_t before[KEY_BYTES], uint64_t before_block, const uint8_t after[KEY_BYTES],              \
               uint64_t after_block, size_t n) {                                                                    \
        REQUIRES(same_or_apart(out, x0, n * sizeof *out) && same_or_apart(out, x1, n * sizeof *out));               \
        REQUIRES(same_or_apart(out, y0, n * sizeof *out) && same_or_apart(out, y1, n * sizeof *out));               \
        REQUIRES(!before || apart(out, n * sizeof *out, before, KEY_BYTES));                                        \
        REQUIRES(!after || apart(out, n * sizeof *out, after, KEY_BYTES));                                          \
        REQUIRES(counted(before_block, n) && counted(after_block, n));                                              \
        product(selected->kernel, out, x0, x1, y0, y1, before, before_block, after, after_block, n);                \
    }

ENTRY(parley_replicated_product, ring.masked_product)
ENTRY(parley_replicated_and, bits.bit_masked_product)
