#include "cases.h"

#include <string.h>

#include "sponge/exports.h"

/* States and bytes are secret. */
enum { BLOCKS = 2, BYTES = BLOCKS * PARLEY_SPONGE_RATE };

static void absorb(uint64_t *out, uint64_t *s) {
    parley_sponge_absorb(s, (uint8_t *)(s + PARLEY_SPONGE_WORDS), BLOCKS);
    memcpy(out, s, 8);
}

static void squeeze(uint64_t *out, uint64_t *s) { parley_sponge_squeeze(s, (uint8_t *)out, BLOCKS); }

static void relay(uint64_t *out, uint64_t *s) {
    memcpy(out, s, 50);
    parley_sponge_relay(s, s + PARLEY_SPONGE_WORDS, (uint8_t *)out, 50, BLOCKS);
}

static void absorb_four(uint64_t *out, uint64_t *s) {
    const uint8_t *data = (const uint8_t *)(s + 4 * PARLEY_SPONGE_WORDS);
    parley_sponge_absorb_four(s, data, data + 1, data + 2, data + 3, BLOCKS);
    memcpy(out, s, 8);
}

static void relay_two(uint64_t *out, uint64_t *s) {
    uint8_t *tape = (uint8_t *)out;
    memcpy(out, s, 100);
    parley_sponge_relay_two(s, s + 2 * PARLEY_SPONGE_WORDS, tape, tape + 50 + BYTES, 50, BLOCKS);
}

const Case cases[] = {{"absorb", absorb}, {"squeeze", squeeze}, {"relay", relay},
                      {"absorb four", absorb_four}, {"relay two", relay_two}, {0}};
