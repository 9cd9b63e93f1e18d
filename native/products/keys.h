/* Keys of pads: each serves at most 256 blocks, so that an encryption can be held against so many at once, however many
 * labels there are (Guo, Katz, Wang, Weng, Yu, CRYPTO 2020). A row of B blocks takes 2^s >= B of them, s <= 8: block b of
 * label i of a run has the key start ^ (first, (i >> 8 - s) + 2^48 (b >> 8)), the lower word first. */
#ifndef PARLEY_PRODUCTS_KEYS_H
#define PARLEY_PRODUCTS_KEYS_H

#include "products/contract.h"

enum { PARLEY_KEY_BITS = 8, PARLEY_KEY_WORDS = 2 << PARLEY_KEY_BITS };

/* 8 - s: so many labels, as a power of two, have a key in common. */
static inline unsigned shared_rows(const PadRun *run) {
    unsigned rows = PARLEY_KEY_BITS;
    for (size_t row = 2; rows && row < run->words; row *= 2) rows--;
    return rows;
}

static inline void key_of_pad(uint64_t key[2], const PadRun *run, size_t row, size_t column) {
    const uint64_t block = (uint64_t)column / PARLEY_KEY_WORDS;
    key[0] = run->start[0] ^ run->first;
    key[1] = run->start[1] ^ ((row >> shared_rows(run)) + (block << PARLEY_BLOCK_TWEAK));
}

#endif
