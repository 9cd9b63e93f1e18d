/* Oblivious transfer: the streams of many keys, folded while they are made; sums of a sparse matrix. */
#ifndef PARLEY_OT_CONTRACT_H
#define PARLEY_OT_CONTRACT_H

#include "members.h"

#include "ot/exports.h"

typedef struct {
    /* Folds the streams of 2^k AES-128 keys (1 <= k <= 8). Stream x is r_x = the encryptions of the 128-bit big-endian
     * counters (0, first), (0, first + 1), ... under the 11 round keys at round_keys + 176 x; `blocks` blocks of two
     * words, none of whose counters passes 2^64.
     *   sum     the exclusive or of all r_x; where it is NULL, round_keys[0] are not used
     *   rows    k rows of `blocks` blocks, each begins `step` words after the one before: row j is the exclusive or
     *           of the r_x for which bit j of x is 1
     * Keys are secret; k, first and blocks are public. */
    void (*fold)(uint64_t *sum, uint64_t *rows, size_t step, const uint8_t *round_keys, size_t k, uint64_t first,
                 size_t blocks);

    LIKE(parley_add_sparse) add_sparse;
    LIKE(parley_lowest_bits) lowest_bits;
    /* Pairs of labels, four words each: the sum of all n pairs; and, in place, each word cut to the bits of `keep`, and
     * value added to the pair whose number is `which`, a secret: all pairs are read and written alike. which >= n adds
     * to none. */
    void (*sum_pairs)(uint64_t sum[4], const uint64_t *pairs, size_t n);
    void (*add_to_pair)(uint64_t *pairs, size_t n, uint64_t which, const uint64_t value[4], const uint64_t keep[4]);
} OtKernels;

enum { PARLEY_OT_TERMS = 10, PARLEY_OT_PICK_WORDS = 4, PARLEY_OT_PICK_BITS = 21 };

extern const OtKernels ot_portable, ot_avx2, ot_avx512_ice;

#endif
