/* The entries of the family for as few numbers as a representation works on at once: one, or eight in lanes. */
#ifndef PARLEY_BIGNUM_SIDE_BY_SIDE_H
#define PARLEY_BIGNUM_SIDE_BY_SIDE_H

#include "bignum/contract.h"
#include "lengths.h"

#include <string.h>

enum { MOST_LANES = 8 };

/* As the contract says, for `lanes` numbers, 1 <= lanes <= what the representation has room for. */
typedef struct {
    void (*mul)(uint64_t *out, const uint64_t *x, const uint64_t *y, Moduli moduli, size_t lanes, uint64_t *workspace);
    void (*montgomery_mul)(uint64_t *out, const uint64_t *x, const uint64_t *y, Moduli moduli, size_t lanes,
                           uint64_t *workspace);
    void (*products_var)(uint64_t *out, const uint64_t *numbers, Choices choices, Moduli moduli, size_t lanes,
                         uint64_t *workspace);
    void (*power)(uint64_t *out, const uint64_t *bases, const uint64_t *exponents, size_t bits, Moduli moduli,
                  size_t lanes, uint64_t *workspace);
    void (*power_var)(uint64_t *out, const uint64_t *bases, const uint64_t *exponent, size_t bits, Moduli moduli,
                      size_t lanes, uint64_t *workspace);
    void (*power_of_base)(uint64_t *out, PowersOfBase powers, const uint64_t *exponents, size_t bits, Moduli moduli,
                          size_t lanes, uint64_t *workspace);
} SideBySide;

/* The next words of a workspace. */
static inline uint64_t *reserve(uint64_t **space, size_t words) {
    uint64_t *const reserved = *space;
    *space += words;
    return reserved;
}

#endif
