#include "cases.h"

#include "vole/exports.h"

/* What keys of hashes are made of, and the keys of the matrix, are public. */
enum { DEPTH = 4, TREES = 2, LEAVES = TREES << DEPTH, LOG_SIZE = 7, ROWS = 40, N = 37 };

static const uint8_t public_keys[176] = {1, 2, 3};
static const uint64_t start[2] = {1, 2};

static void to_elements(uint64_t *s) {
    for (size_t i = 0; i < SECRET_WORDS; i++) s[i] = (s[i] >> 4) + (s[i] & 1);
}

static void leaves(uint64_t *out, uint64_t *s) { parley_vole_leaves(out, out + LEAVES, s, start, 5, DEPTH, TREES); }

static void punctured(uint64_t *out, uint64_t *s) {
    uint64_t *paths = s + 2 * LEAVES, *values = paths + TREES;
    for (size_t i = 0; i < TREES; i++) paths[i] &= (1 << DEPTH) - 1;
    for (size_t i = 0; i < 2 * TREES; i++) values[i] >>= 4;
    parley_vole_punctured(out, s, paths, values, start, 5, DEPTH, TREES);
}

static void add_sparse(uint64_t *out, uint64_t *s) {
    to_elements(s);
    for (size_t i = 0; i < 2 * ROWS; i++) out[i] = s[i + 1000];
    parley_vole_add_sparse(out, s, 1, LOG_SIZE, public_keys, 3, ROWS);
}

static void add_sparse_pairs(uint64_t *out, uint64_t *s) {
    to_elements(s);
    for (size_t i = 0; i < 2 * ROWS; i++) out[i] = s[i + 1000];
    parley_vole_add_sparse(out, s, 2, LOG_SIZE, public_keys, 3, ROWS);
}

static void prove(uint64_t *out, uint64_t *s) {
    to_elements(s);
    parley_vole_prove(out, out + N, out + 2 * N, out + 3 * N, out + 4 * N, s, s + N, s + 2 * N, s + 3 * N, s + 4 * N, N);
}

static void verify(uint64_t *out, uint64_t *s) {
    to_elements(s);
    parley_vole_verify(out, s, s + N, s + 2 * N, s + 3 * N, N);
}

const Case cases[] = {
    {"leaves", leaves}, {"punctured", punctured}, {"add_sparse", add_sparse},
    {"add_sparse_pairs", add_sparse_pairs}, {"prove", prove}, {"verify", verify}, {0},
};
