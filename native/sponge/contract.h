/* The sponge of TurboSHAKE128. */
#ifndef PARLEY_SPONGE_CONTRACT_H
#define PARLEY_SPONGE_CONTRACT_H

#include "members.h"

#include "sponge/exports.h"

typedef struct {
    LIKE(parley_sponge_absorb) absorb;
    LIKE(parley_sponge_squeeze) squeeze;
    LIKE(parley_sponge_relay) relay;
    LIKE(parley_sponge_absorb_four) absorb_four;
    LIKE(parley_sponge_relay_two) relay_two;
} SpongeKernels;

#define SPONGE_KERNELS(KERNEL) KERNEL(absorb) KERNEL(squeeze) KERNEL(relay) KERNEL(absorb_four) KERNEL(relay_two)

extern const SpongeKernels sponge_portable, sponge_avx512;

#endif
