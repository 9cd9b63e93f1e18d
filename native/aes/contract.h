/* The block cipher AES, its key streams, and field elements drawn from them. */
#ifndef PARLEY_AES_CONTRACT_H
#define PARLEY_AES_CONTRACT_H

#include "members.h"

#include "aes/exports.h"

typedef struct {
    LIKE(parley_aes_expand_key) expand_key_128;
    LIKE(parley_aes256_expand_key) expand_key_256;
    /* `blocks` blocks of 16 bytes: the encryptions of the 128-bit big-endian counters (high, low), (high, low + 1),
     * ...; low + blocks must not pass 2^64. `rounds`, which is public, is 10 (AES-128) or 14 (AES-256). */
    void (*ctr)(uint8_t *out, const uint8_t *round_keys, int rounds, uint64_t high, uint64_t low, size_t blocks);
    LIKE(parley_aes_streams) streams;
    LIKE(parley_aes256_add_streams) add_streams_256;
    LIKE(parley_keep_below_var) keep_below_var;
    LIKE(parley_keep_pairs_below_var) keep_pairs_below_var;
} AesKernels;

extern const AesKernels aes_portable, aes_avx2, aes_avx512_ice;

#endif
