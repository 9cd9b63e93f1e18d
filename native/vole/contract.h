/* Vector oblivious linear evaluation modulo p = 2^61 - 1: what is done to each element. */
#ifndef PARLEY_VOLE_CONTRACT_H
#define PARLEY_VOLE_CONTRACT_H

#include "members.h"

#include "vole/exports.h"

/* Elements are in [0, p). */
typedef struct {
    /* out[i] = labels[i] mod p, read as a number of 128 bits. */
    void (*from_labels)(uint64_t *out, const uint64_t *labels, size_t n);

    /* The sum of n < 2^32 elements. */
    uint64_t (*total)(const uint64_t *x, size_t n);

    /* out (n, 2): (0, x[i]), but for i = which, a secret: value, and not x[i]. All are written alike. */
    void (*place)(uint64_t *out, const uint64_t *x, size_t n, uint64_t which, const uint64_t value[2]);

    LIKE(parley_vole_add_sparse) add_sparse;
    LIKE(parley_vole_prove) prove;
    LIKE(parley_vole_verify) verify;
} VoleKernels;

extern const VoleKernels vole_portable, vole_avx2;

#endif
