/* Arithmetic modulo p = 2^61 - 1 without branches, comparisons or carries: 2^61 is 1, so pieces of 61 bits are added. */
#ifndef PARLEY_VOLE_MODULUS_H
#define PARLEY_VOLE_MODULUS_H

#include <stdint.h>

#define MODULUS (((uint64_t)1 << 61) - 1)

/* x mod p for x < 2 p: where x - p has a sign, p is added again. */
static inline uint64_t below_modulus(uint64_t x) {
    const uint64_t less = x - MODULUS;
    return less + (MODULUS & (0 - (less >> 63)));
}

/* x mod p for any word. */
static inline uint64_t folded(uint64_t x) { return below_modulus((x & MODULUS) + (x >> 61)); }

/* x * 2^32 mod p for x in [0, p). */
static inline uint64_t shifted_by_32(uint64_t x) { return ((x << 32) & MODULUS) | (x >> 29); }

static inline uint64_t from_two_words(uint64_t low, uint64_t high) {
    return folded((low & MODULUS) + ((high << 3 | low >> 61) & MODULUS) + (high >> 58));
}

/* x y mod p, for x, y < 2^62, from four products of halves: no sum of them passes 2^64. */
static inline uint64_t product(uint64_t x, uint64_t y) {
    const uint64_t x0 = (uint32_t)x, x1 = x >> 32, y0 = (uint32_t)y, y1 = y >> 32;
    const uint64_t low = x0 * y0, cross = x1 * y0 + x0 * y1, high = x1 * y1;
    return folded((low & MODULUS) + (low >> 61) + ((cross << 32) & MODULUS) + (cross >> 29) + (high << 3));
}

static inline uint64_t difference(uint64_t x, uint64_t y) { return below_modulus(x + (MODULUS - y)); }

/* The number `term` of those that a row of a sparse matrix has, as parley_add_sparse draws them. */
#define PICKED(picks, term, mask) ((picks)[(term) / 3] >> (term) % 3 * PARLEY_OT_PICK_BITS & (mask))

/* All ones where x is 0, else zero. */
static inline uint64_t all_where_zero(uint64_t x) { return ((x | (0 - x)) >> 63) - 1; }

#endif
