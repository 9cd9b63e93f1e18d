/* AVX-512 IFMA: radix 2^52, eight numbers in lanes, and the rest one by one. */

#include "kernels.h"

#if defined(__x86_64__)

#include "bignum/avx512_ice.h"
#include "bignum/pairs.h"

/* From so many numbers on eight lanes are quicker than one number after the other, empty lanes included. A short number
 * uses only a few registers, too few to keep the multipliers busy. */
static size_t worth_lanes(size_t limbs) { return limbs <= 16 ? 4 : 6; }

static const SideBySide *next(Moduli m, size_t left, size_t *lanes) {
    *lanes = left < worth_lanes(m.limbs) ? 1 : at_most(left, 8);
    if (*lanes == 1) return &bignum_single_avx512_ice;
    return m.root ? &bignum_pairs_avx512_ice : &bignum_lanes_avx512_ice;
}

#include "bignum/batches.h"

const BignumKernels bignum_avx512_ice = {
    OWN(mul) OWN(montgomery_mul) OWN(products_var) OWN(power) OWN(power_var) OWN(power_of_base)
};

#endif
