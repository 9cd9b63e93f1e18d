/* The sponge of TurboSHAKE128 (RFC 9861): Keccak-p[1600, 12] at a rate of 168 bytes. A state is 25 words, row by row.
 * Bytes are secret; numbers of blocks are public. docs/algorithms/sponge.md. */
#ifndef PARLEY_SPONGE_EXPORTS_H
#define PARLEY_SPONGE_EXPORTS_H

#include <stddef.h>
#include <stdint.h>

enum { PARLEY_SPONGE_WORDS = 25, PARLEY_SPONGE_RATE = 168 };

/* Takes in data (blocks, 168): each block is added to the state, which is permuted. */
void parley_sponge_absorb(uint64_t *state, const uint8_t *data, size_t blocks);

/* Gives out (blocks, 168): each block is the beginning of the state, which is permuted after it. */
void parley_sponge_squeeze(uint64_t *state, uint8_t *out, size_t blocks);

/* parley_sponge_squeeze of `source` to tape + before, and parley_sponge_absorb of the tape from its beginning by `into`
 * side by side, block by block. tape has before + 168 blocks bytes. The first `before` are the caller's, and absorbed
 * first; as many at its end are not absorbed. before < 168. */
void parley_sponge_relay(uint64_t *source, uint64_t *into, uint8_t *tape, size_t before, size_t blocks);

/* parley_sponge_absorb of four messages (blocks, 168) side by side, each by a state of its own: states (4, 25). */
void parley_sponge_absorb_four(uint64_t *states, const uint8_t *a, const uint8_t *b, const uint8_t *c, const uint8_t *d,
                               size_t blocks);

/* parley_sponge_relay of two sources (2, 25) into two states (2, 25) side by side, each pair by a tape of its own. */
void parley_sponge_relay_two(uint64_t *sources, uint64_t *into, uint8_t *a, uint8_t *b, size_t before, size_t blocks);

#endif
