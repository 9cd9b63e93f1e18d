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

void parley_sponge_absorb_four(uint64_t *states, const uint8_t *a, const uint8_t *b, const uint8_t *c, const uint8_t *d,
                               size_t blocks) {
    REQUIRES(apart(states, 4 * STATE, a, blocks * RATE) && apart(states, 4 * STATE, b, blocks * RATE));
    REQUIRES(apart(states, 4 * STATE, c, blocks * RATE) && apart(states, 4 * STATE, d, blocks * RATE));
    selected->sponge.absorb_four(states, a, b, c, d, blocks);
}

void parley_sponge_relay_two(uint64_t *sources, uint64_t *into, uint8_t *a, uint8_t *b, size_t before, size_t blocks) {
    REQUIRES(before < RATE);
    const size_t tape = before + blocks * RATE;
    REQUIRES(apart(sources, 2 * STATE, into, 2 * STATE) && apart(a, tape, b, tape));
    REQUIRES(apart(sources, 2 * STATE, a, tape) && apart(into, 2 * STATE, a, tape));
    REQUIRES(apart(sources, 2 * STATE, b, tape) && apart(into, 2 * STATE, b, tape));
    selected->sponge.relay_two(sources, into, a, b, before, blocks);
}
