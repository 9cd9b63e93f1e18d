#include "cases.h"

#include "ot/exports.h"

#include <string.h>

/* k = 1: 128 parts with two keys each. They are more than the secret words, so these are used again and again. */
enum { K = 1, CORRECTIONS = 127, KEYS = 256, KEY_BYTES = 176, BLOCKS = 1, BLOCK = 2, LABELS = 256 };
enum { TILE_ROOM = 1 << 14 };

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

/* Silent transfer: what the keys of its hash are made of, and the keys of its matrix, are public. */
enum { DEPTH = 4, TREES = 2, LEAVES = TREES << DEPTH, LOG_SIZE = 8, ROWS = 40 };

static const uint8_t public_keys[KEY_BYTES] = {1, 2, 3};
static const uint64_t start[2] = {1, 2};
static uint64_t scratch[1 << DEPTH];

static void grow(uint64_t *out, uint64_t *s) {
    parley_half_trees_grow(out, out + 2 * LEAVES, scratch, s, s + 100, start, 5, DEPTH, TREES);
}

static void regrow(uint64_t *out, uint64_t *s) {
    for (size_t i = 0; i < TREES; i++) s[i] &= (1 << DEPTH) - 1;
    parley_half_trees_regrow(out, scratch, s, s + 100, start, 5, DEPTH, TREES);
}

static void add_sparse(uint64_t *out, uint64_t *s) {
    parley_add_sparse(out, s, LOG_SIZE, public_keys, 3, ROWS);
}

static void lowest_bits(uint64_t *out, uint64_t *s) { parley_lowest_bits(out, s, 150); }

const Case cases[] = {
    {"receive", receive}, {"rows", rows}, {"labels", labels}, {"send", send},
    {"grow", grow}, {"regrow", regrow}, {"add_sparse", add_sparse}, {"lowest_bits", lowest_bits}, {0},
};
