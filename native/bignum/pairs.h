/* The powers of the family modulo squares, in pairs: x = a - b r mod r^2 with a, b < r. docs/algorithms/squares.md.
 *
 * Montgomery's division of a product a1 a2 gives m < R and u with a1 a2 + m r = R u. So
 *
 *     (a1 - b1 r) (a2 - b2 r) / R = u - r (a1 b2 + a2 b1 + m) / R  mod r^2
 *
 * where the quotient of the second division no longer counts: three products and two divisions of half the length. */
#ifndef PARLEY_BIGNUM_PAIRS_H
#define PARLEY_BIGNUM_PAIRS_H

#include "bignum/side_by_side.h"

/* Those with powers alone; one number, and up to eight in lanes. */
extern const SideBySide bignum_pairs_portable, bignum_pairs_adx, bignum_pairs_avx512_ice;

#endif
