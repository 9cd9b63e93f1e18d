/* What becomes of the last level: a leaf is 128 places, its bits, lowest first. In plain C without branches: for the
 * files of every instruction set. */
#ifndef PARLEY_FUNCTION_SHARING_LEAF_H
#define PARLEY_FUNCTION_SHARING_LEAF_H

#include <stddef.h>
#include <stdint.h>

#include "lengths.h"

enum { LEAF_BITS = 7, WORD = 64 };

static inline size_t levels_of(size_t width) { return width > LEAF_BITS ? width - LEAF_BITS : 0; }

/* The place within its leaf. */
static inline uint64_t in_leaf(uint64_t place, size_t width) {
    return place & (((uint64_t)1 << at_most(width, LEAF_BITS)) - 1);
}

/* Adds 1 to the leaf at a place of it. */
static inline void flip_place(uint64_t leaf[2], uint64_t place) {
    const uint64_t upper = 0 - (place >> 6), bit = (uint64_t)1 << (place & 63);
    leaf[0] ^= bit & ~upper;
    leaf[1] ^= bit & upper;
}

static inline uint64_t parity(uint64_t x) {
    for (int half = 32; half; half >>= 1) x ^= x >> half;
    return x & 1;
}

/* The sum of the leaf's bits up to a place of it. */
static inline uint64_t up_to(const uint64_t leaf[2], uint64_t place) {
    const uint64_t upper = 0 - (place >> 6), within = ((uint64_t)2 << (place & 63)) - 1;
    return parity((leaf[0] & (within | upper)) ^ (leaf[1] & within & upper));
}

static inline uint64_t bit_at(const uint64_t leaf[2], uint64_t place) {
    const uint64_t upper = 0 - (place >> 6);
    return ((leaf[0] & ~upper) | (leaf[1] & upper)) >> (place & 63) & 1;
}

/* Bit j of the words whose first bit is `at`: the answer of key at + j, from the sums of what the walk left behind, of
 * which the lowest bit counts, and the leaves (count, 2). */
static inline void answer(uint64_t *below, uint64_t *same, size_t at, const uint64_t *passed, const uint64_t *leaves,
                          const uint64_t *places, size_t width, size_t count) {
    for (size_t j = 0; j < count; j++) {
        const uint64_t place = in_leaf(places[at + j], width);
        const uint64_t *leaf = leaves + 2 * j;
        const size_t word = (at + j) / WORD, bit = (at + j) % WORD;
        if (below) below[word] = (bit ? below[word] : 0) | ((passed[j] ^ up_to(leaf, place)) & 1) << bit;
        if (same) same[word] = (bit ? same[word] : 0) | bit_at(leaf, place) << bit;
    }
}

#endif
