/* The two representations that avx512_ice.c chooses from. */
#ifndef PARLEY_BIGNUM_AVX512_ICE_H
#define PARLEY_BIGNUM_AVX512_ICE_H

#include "bignum/side_by_side.h"

/* Up to eight numbers in the lanes of registers; one number along the lanes. */
extern const SideBySide bignum_lanes_avx512_ice, bignum_single_avx512_ice;

#endif
