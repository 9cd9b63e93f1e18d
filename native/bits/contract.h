/* Packed bits, 64 to a word. */
#ifndef PARLEY_BITS_CONTRACT_H
#define PARLEY_BITS_CONTRACT_H

#include "members.h"

#include "bits/exports.h"

#define BIT_KERNELS(KERNEL) BIT_KERNELS_BUT_POPCOUNT(KERNEL) KERNEL(popcount)

#define BIT_KERNELS_BUT_POPCOUNT(KERNEL)                                                                                      \
    KERNEL(bit_and) KERNEL(bit_xor) KERNEL(bit_or) KERNEL(bit_and_not) KERNEL(bit_same) KERNEL(bit_not)          \
    KERNEL(bit_recombine) KERNEL(bit_masked_product) KERNEL(bit_one_hot) KERNEL(bit_compare)                     \
    KERNEL(bit_prefix_xor) KERNEL(bit_prefix_or) KERNEL(bit_prefix_and)                                          \
    KERNEL(pack) KERNEL(unpack) KERNEL(planes) KERNEL(from_planes) KERNEL(bit_transpose)

#define MEMBER(name) LIKE(parley_##name) name;
typedef struct {
    BIT_KERNELS(MEMBER)
} BitKernels;
#undef MEMBER

extern const BitKernels bits_portable, bits_avx2, bits_avx512, bits_avx512_ice;

#endif
