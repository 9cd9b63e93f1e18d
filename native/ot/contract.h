/* Oblivious transfer: the streams of many keys, folded while they are made. */
#ifndef PARLEY_OT_CONTRACT_H
#define PARLEY_OT_CONTRACT_H

#include <stddef.h>
#include <stdint.h>

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
} OtKernels;

extern const OtKernels ot_portable, ot_avx2, ot_avx512_ice;

#endif
