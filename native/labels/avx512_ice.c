/* VAES: four labels a register. */

#include "kernels.h"

#if defined(__x86_64__)

#include "targets/avx512_ice.h"

#include "aes/blocks_avx512_ice.h"
#include "aes/rekeyed.h"
#include "labels/fixed_key.h"
#include "labels/half_gates.h"

const LabelKernels labels_avx512_ice = {
    .hash_cr = hash_cr,
    .hash_ccr = hash_ccr,
    .hash_tccr = hash_tccr,
    .hash_rekeyed = hash_rekeyed,
    .tree_level = tree_level,
    .half_tree_level = half_tree_level,
    .garble_ands = garble_ands,
    .evaluate_ands = evaluate_ands,
};

#include "targets/end.h"

#endif
