/* Arithmetic on words. */
#ifndef PARLEY_RING_CONTRACT_H
#define PARLEY_RING_CONTRACT_H

#include "members.h"

#include "ring/exports.h"

/* Those of arithmetic modulo a power of two, in this family and in wide. */
#define RING_KERNELS(KERNEL)                             \
    KERNEL(add) KERNEL(sub) KERNEL(mul) KERNEL(neg)      \
    KERNEL(recombine)                                    \
    KERNEL(shift_right) KERNEL(shift_left)               \
    KERNEL(affine) KERNEL(offset)                        \
    KERNEL(sum)

#define MEMBER(name) LIKE(parley_##name) name;
typedef struct {
    RING_KERNELS(MEMBER)
    MEMBER(masked_product)
} RingKernels;
#undef MEMBER

extern const RingKernels ring_portable, ring_avx2, ring_avx512;

#endif
