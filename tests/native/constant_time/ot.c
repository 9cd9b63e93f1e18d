#include "cases.h"

#include "ot/exports.h"

#include <string.h>

/* k = 1: 128 parts with two keys each. They are more than the secret words, so these are used again and again. */
enum { K = 1, CORRECTIONS = 127, KEYS = 256, KEY_BYTES = 176, BLOCKS = 1, BLOCK = 2, LABELS = 256, TILE_ROOM = 1 << 14 };

static uint8_t keys[KEYS * KEY_BYTES];
static uint64_t tile[TILE_ROOM], corrections[CORRECTIONS * BLOCK];

static void make_keys(const uint64_t *s) {
    for (size_t i = 0; i < KEYS; i++) memcpy(keys + KEY_BYTES * i, s + 11 * i, KEY_BYTES);
    memcpy(corrections, s, sizeof corrections);
}

static void receive(uint64_t *out, uint64_t *s) {
    make_keys(s);
    parley_softspoken_receive(out, out + LABELS, out + LABELS + BLOCK, BLOCK, keys, K, 1, BLOCKS);
}

static void rows(uint64_t *out, uint64_t *s) {
    make_keys(s);
    parley_softspoken_rows(tile, out, out + BLOCK, BLOCK, keys, K, 1, BLOCKS);
}

static void labels(uint64_t *out, uint64_t *s) {
    for (size_t i = 0; i < TILE_ROOM; i += SECRET_WORDS) memcpy(tile + i, s, SECRET_WORDS * sizeof *s);
    memset(out, 0, LABELS * sizeof *out);
    parley_softspoken_labels(out + LABELS, out, tile, s, BLOCKS);
}

static void send(uint64_t *out, uint64_t *s) {
    make_keys(s);
    memset(out, 0, LABELS * sizeof *out);
    parley_softspoken_send(out + LABELS, out, corrections, BLOCK, s + 300, keys, K, 1, s + 400, BLOCKS);
}

const Case cases[] = {{"receive", receive}, {"rows", rows}, {"labels", labels}, {"send", send}, {0}};
