/* Carries and masks that stay what they are: compilers turn `x & (0 - (a < b))` and `x += a < b` back into branches where
 * they think it quicker. */
#ifndef PARLEY_MASKS_H
#define PARLEY_MASKS_H

#include <stdint.h>

/* `condition`, which is 0 or 1, as a number: a carry. */
static inline uint64_t bit_where(int condition) {
    uint64_t bit = (uint64_t)condition;
    __asm__("" : "+r"(bit)); /* from here on the compiler knows nothing of it */
    return bit;
}

/* All ones where `condition` is 1, zero where it is 0. */
static inline uint64_t mask_where(int condition) { return 0 - bit_where(condition); }

static inline unsigned __int128 wide_mask_where(int condition) {
    const uint64_t mask = mask_where(condition);
    return (unsigned __int128)mask << 64 | mask;
}

#endif
