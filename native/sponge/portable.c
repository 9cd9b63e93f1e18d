/* The reference: a state at a time, a word a register. */

#include <string.h>

#include "kernels.h"

typedef uint64_t V;

enum { RATE = PARLEY_SPONGE_RATE, AT_ONCE = 16 };

static inline V xor2(V x, V y) { return x ^ y; }
static inline V xor3(V x, V y, V z) { return x ^ y ^ z; }
static inline V chi(V x, V y, V z) { return x ^ (~y & z); }
static inline V xored(V x, uint64_t word) { return x ^ word; }

#define TURNED(x, n) ((x) << (n) | (x) >> (-(n)&63))

#include "sponge/keccak.h"

static inline void take(uint64_t *state, const uint8_t *block) {
    for (int i = 0; i < RATE / 8; i++) {
        uint64_t word;
        memcpy(&word, block + 8 * i, 8);
        state[i] ^= word;
    }
}

static void absorb(uint64_t *state, const uint8_t *data, size_t blocks) {
    for (size_t block = 0; block < blocks; block++) {
        take(state, data + RATE * block);
        permute(state);
    }
}

static void squeeze(uint64_t *state, uint8_t *out, size_t blocks) {
    for (size_t block = 0; block < blocks; block++) {
        memcpy(out + RATE * block, state, RATE);
        permute(state);
    }
}

static void relay(uint64_t *source, uint64_t *into, uint8_t *tape, size_t before, size_t blocks) {
    for (size_t some; blocks; blocks -= some, tape += RATE * some) {
        some = blocks < AT_ONCE ? blocks : AT_ONCE;
        squeeze(source, tape + before, some);
        absorb(into, tape, some);
    }
}

static void absorb_four(uint64_t *states, const uint8_t *a, const uint8_t *b, const uint8_t *c, const uint8_t *d,
                        size_t blocks) {
    const uint8_t *const data[4] = {a, b, c, d};
    for (int i = 0; i < 4; i++) absorb(states + PARLEY_SPONGE_WORDS * i, data[i], blocks);
}

static void relay_two(uint64_t *sources, uint64_t *into, uint8_t *a, uint8_t *b, size_t before, size_t blocks) {
    relay(sources, into, a, before, blocks);
    relay(sources + PARLEY_SPONGE_WORDS, into + PARLEY_SPONGE_WORDS, b, before, blocks);
}

const SpongeKernels sponge_portable = {SPONGE_KERNELS(OWN)};
