/* Hashes of labels: correlation-robust ones from AES, the trees and the garbled gates made of them. */
#ifndef PARLEY_LABELS_CONTRACT_H
#define PARLEY_LABELS_CONTRACT_H

#include "members.h"

#include "labels/exports.h"

#define LABEL_KERNELS(KERNEL)                                                    \
    KERNEL(hash_cr) KERNEL(hash_ccr) KERNEL(hash_tccr) KERNEL(hash_rekeyed)      \
    KERNEL(tree_level) KERNEL(half_tree_level) KERNEL(shift_labels)              \
    KERNEL(garble_ands) KERNEL(evaluate_ands)                                    \
    KERNEL(garble_circuit) KERNEL(evaluate_circuit)                              \
    KERNEL(garble_three_halves) KERNEL(evaluate_three_halves)                    \
    KERNEL(garble_three_halves_circuit) KERNEL(evaluate_three_halves_circuit)    \
    KERNEL(garble_jointly) KERNEL(evaluate_jointly)                              \
    KERNEL(garble_jointly_circuit) KERNEL(evaluate_jointly_circuit)              \
    KERNEL(spread_labels) KERNEL(garble_authenticated) KERNEL(evaluate_authenticated) \
    KERNEL(add_to_tables) KERNEL(check_authenticated) KERNEL(mark_labels) \
    KERNEL(prove_ands)

#define MEMBER(name) LIKE(parley_##name) name;
typedef struct {
    LABEL_KERNELS(MEMBER)
} LabelKernels;
#undef MEMBER

extern const LabelKernels labels_portable, labels_avx2, labels_avx512_ice;

#endif
