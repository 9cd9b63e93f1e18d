/* Arithmetic in Z_2^128: an element is two words, the lower one first. */
#ifndef PARLEY_WIDE_CONTRACT_H
#define PARLEY_WIDE_CONTRACT_H

#include "members.h"

#include "matmul/contract.h"
#include "ring/contract.h"
#include "wide/exports.h"

#define MEMBER(name) LIKE(parley_wide_##name) name;
typedef struct {
    RING_KERNELS(MEMBER)
    MatrixProduct *matmul;
} WideKernels;
#undef MEMBER

extern const WideKernels wide_portable, wide_avx512, wide_avx512_ice;

#endif
