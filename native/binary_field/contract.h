/* Arithmetic in GF(2^128) and GF(2^64). */
#ifndef PARLEY_BINARY_FIELD_CONTRACT_H
#define PARLEY_BINARY_FIELD_CONTRACT_H

#include "members.h"

#include "binary_field/exports.h"

#define BINARY_FIELD_KERNELS_OF(bits, KERNEL)                                                            \
    KERNEL(mul_##bits) KERNEL(scale_##bits) KERNEL(square_##bits) KERNEL(invert_##bits)                  \
    KERNEL(inner_##bits) KERNEL(inner_bits_##bits) KERNEL(powers_##bits) KERNEL(evaluate_##bits)

#define BINARY_FIELD_KERNELS(KERNEL) BINARY_FIELD_KERNELS_OF(64, KERNEL) BINARY_FIELD_KERNELS_OF(128, KERNEL)

#define MEMBER(name) LIKE(parley_gf_##name) name;
typedef struct {
    BINARY_FIELD_KERNELS(MEMBER)
} BinaryFieldKernels;
#undef MEMBER

extern const BinaryFieldKernels binary_field_portable, binary_field_avx2, binary_field_avx512_ice;

#endif
