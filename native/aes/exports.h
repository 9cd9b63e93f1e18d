/* AES (FIPS 197), its key streams, and field elements drawn from them. Keys are secret; counters are public. */
#ifndef PARLEY_AES_EXPORTS_H
#define PARLEY_AES_EXPORTS_H

#include <stddef.h>
#include <stdint.h>

/* 1 where the selected table's AES uses the processor's own instructions. */
int parley_has_fast_aes(void);

/* The 11 or 15 round keys of AES-128 and of AES-256, in the order of use. */
void parley_aes_expand_key(uint8_t round_keys[176], const uint8_t key[16]);
void parley_aes256_expand_key(uint8_t round_keys[240], const uint8_t key[32]);

/* `length` bytes of the key stream from byte `skip` (0 <= skip < 16) of block (high, low) on; any length;
 * the last counter must not pass 2^64 - 1 in its low half. */
void parley_aes_ctr(uint8_t *out, const uint8_t round_keys[176], uint64_t high, uint64_t low, size_t skip,
                    size_t length);
void parley_aes256_ctr(uint8_t *out, const uint8_t round_keys[240], uint64_t high, uint64_t low, size_t skip,
                       size_t length);

/* The streams of n AES-128 keys of 16 bytes: out (n, blocks) blocks; row i are the encryptions under key i of the
 * counters (0, first[i]), (0, first[i] + 1), ...; none passes 2^64. */
void parley_aes_streams(uint8_t *out, const uint8_t *keys, const uint64_t *first, size_t n, size_t blocks);

/* Masks: for each of n AES-256 keys in turn, sum += its stream, or sum -= it where `negative` of the key is not 0;
 * elementwise modulo 2^(8 width), for elements of `width` = 1, 2, 4 or 8 bytes, of which the `blocks` blocks of sum and
 * of the streams are made. round_keys (n, 240) are those of parley_aes256_expand_key; a stream begins at the counter
 * (0, first), and none passes 2^64. Keys and sum are secret, `negative` is public. */
void parley_aes256_add_streams(uint8_t *sum, const uint8_t *round_keys, const uint8_t *negative, size_t n,
                               uint64_t first, size_t blocks, int width);

/* Uniform numbers below p from uniform draws: of the n draws, each reduced to the bits of `mask` (one less than a power
 * of two, and at least p - 1), those that are below p, in their order; returns how many. The pairs are of 128 bits, lower
 * word first. Elementwise; what `out` holds behind those that were kept is undefined.
 * Time and addresses depend on which draws are kept, and on nothing else of them: draws are independent, so that says
 * nothing about the values kept. */
size_t parley_keep_below_var(uint64_t *out, const uint64_t *draws, uint64_t p, uint64_t mask, size_t n);
size_t parley_keep_pairs_below_var(uint64_t *out, const uint64_t *draws, const uint64_t p[2], const uint64_t mask[2],
                                   size_t n);

#endif
