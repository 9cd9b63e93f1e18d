/* The block cipher AES and its key streams. */
#ifndef PARLEY_AES_CONTRACT_H
#define PARLEY_AES_CONTRACT_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
    /* AES-128 (FIPS 197). round_keys: the 11 round keys in the order of use. The key is secret, counters are public.
     * ctr writes `blocks` blocks of 16 bytes: the encryptions of the 128-bit big-endian counters
     * (high, low), (high, low + 1), ...; low + blocks must not pass 2^64. */
    void (*expand_key)(uint8_t round_keys[176], const uint8_t key[16]);
    void (*ctr)(uint8_t *out, const uint8_t round_keys[176], uint64_t high, uint64_t low, size_t blocks);
} AesKernels;

extern const AesKernels aes_portable, aes_avx2, aes_avx512_ice;

#endif
