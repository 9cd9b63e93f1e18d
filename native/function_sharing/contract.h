/* Function secret sharing: point functions, dealt and read. */
#ifndef PARLEY_FUNCTION_SHARING_CONTRACT_H
#define PARLEY_FUNCTION_SHARING_CONTRACT_H

#include "members.h"

#include "function_sharing/exports.h"

typedef struct {
    LIKE(parley_point_deal) point_deal;
    LIKE(parley_point_read) point_read;
} FunctionSharingKernels;

extern const FunctionSharingKernels function_sharing_portable, function_sharing_avx2, function_sharing_avx512_ice;

#endif
