/* The entries of the sponge. */

#include "dispatch.h"

enum { STATE = PARLEY_SPONGE_WORDS * 8, RATE = PARLEY_SPONGE_RATE };

void parley_sponge_absorb(uint64_t *state, const uint8_t *data, size_t blocks) {
    REQUIRES(apart(state, STATE, data, blocks * RATE));
    selected->sponge.absorb(state, data, blocks);
}

void parley_sponge_squeeze(uint64_t *state, uint8_t *out, size_t blocks) {
    REQUIRES(apart(state, STATE, out, blocks * RATE));
    selected->sponge.squeeze(state, out, blocks);
}

void parley_sponge_relay(uint64_t *source, uint64_t *into, uint8_t *tape, size_t before, size_t blocks) {
    REQUIRES(before < RATE);
    REQUIRES(apart(source, STATE, into, STATE));
    REQUIRES(apart(source, STATE, tape, before + blocks * RATE) && apart(into, STATE, tape, before + blocks * RATE));
    selected->sponge.relay(source, into, tape, before, blocks);
}
