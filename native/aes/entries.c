#include "dispatch.h"
#include "aes/exports.h"

#include <string.h>

int parley_has_fast_aes(void) { return selected->aes.ctr != aes_portable.ctr; }

void parley_aes_expand_key(uint8_t *round_keys, const uint8_t *key) { selected->aes.expand_key(round_keys, key); }

/* Copies part of one block of the key stream. */
static void part_of_block(uint8_t *out, const uint8_t *round_keys, uint64_t high, uint64_t low, size_t from,
                          size_t length) {
    uint8_t block[16];
    selected->aes.ctr(block, round_keys, high, low, 1);
    memcpy(out, block + from, length);
}

void parley_aes_ctr(uint8_t *out, const uint8_t *round_keys, uint64_t high, uint64_t low, size_t skip,
                    size_t length) {
    REQUIRES(skip < 16);
    REQUIRES(!length || (skip + length - 1) / 16 <= UINT64_MAX - low);
    REQUIRES(apart(out, length, round_keys, 176));
    if (skip) {
        const size_t head = length < 16 - skip ? length : 16 - skip;
        part_of_block(out, round_keys, high, low++, skip, head);
        out += head;
        length -= head;
    }
    const size_t blocks = length / 16;
    selected->aes.ctr(out, round_keys, high, low, blocks);
    if (length % 16) part_of_block(out + 16 * blocks, round_keys, high, low + blocks, 0, length % 16);
}
