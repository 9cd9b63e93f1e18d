/* The block cipher AES, its key streams, and field elements drawn from them. */
#ifndef PARLEY_AES_CONTRACT_H
#define PARLEY_AES_CONTRACT_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
    /* AES-128 and AES-256 (FIPS 197). round_keys: the 11 or 15 round keys in the order of use. Keys are secret,
     * counters and numbers of rounds are public. */
    void (*expand_key_128)(uint8_t round_keys[176], const uint8_t key[16]);
    void (*expand_key_256)(uint8_t round_keys[240], const uint8_t key[32]);

    /* `blocks` blocks of 16 bytes: the encryptions of the 128-bit big-endian counters (high, low), (high, low + 1),
     * ...; low + blocks must not pass 2^64. `rounds` is 10 (AES-128) or 14 (AES-256). */
    void (*ctr)(uint8_t *out, const uint8_t *round_keys, int rounds, uint64_t high, uint64_t low, size_t blocks);

    /* The streams of n AES-128 keys of 16 bytes: out (n, blocks) blocks; row i are the encryptions under key i of the
     * counters (0, first[i]), (0, first[i] + 1), ...; none passes 2^64. */
    void (*streams)(uint8_t *out, const uint8_t *keys, const uint64_t *first, size_t n, size_t blocks);

    /* Uniform numbers below p from uniform draws: of the n draws, each reduced to the bits of `mask` (one less than a
     * power of two, and at least p - 1), those that are below p, in their order; returns how many. The pairs
     * are of 128 bits, lower word first. Elementwise; what `out` holds behind those that were kept is undefined.
     * Time and addresses depend on which draws are kept, and on nothing else of them: draws are independent, so that
     * says nothing about the values kept. */
    size_t (*keep_below_var)(uint64_t *out, const uint64_t *draws, uint64_t p, uint64_t mask, size_t n);
    size_t (*keep_pairs_below_var)(uint64_t *out, const uint64_t *draws, const uint64_t p[2], const uint64_t mask[2],
                                   size_t n);
} AesKernels;

extern const AesKernels aes_portable, aes_avx2, aes_avx512_ice;

#endif
