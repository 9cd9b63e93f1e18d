/* The entries of vector oblivious linear evaluation: leaves of trees, whole and punctured, and the sums of a sparse
 * matrix. */

#include "dispatch.h"

#include <string.h>

#include "vole/modulus.h"

enum { ROUND_KEYS = 176, MAX_DEPTH = 32, MAX_LOG_SIZE = PARLEY_OT_PICK_BITS };

/* Labels of a tree become their hashes, under the key of the tree. */
static void hash_labels(uint64_t *labels, const uint64_t start[2], uint64_t tree, size_t n) {
    uint8_t round_keys[ROUND_KEYS];
    const uint64_t key[2] = {start[0] ^ tree, start[1]};
    selected->aes.expand_key_128(round_keys, (const uint8_t *)key);
    selected->labels.hash_ccr(labels, labels, round_keys, n);
}

/* From labels to elements in the same memory, by way of room for n words. */
static const uint64_t *elements_of(uint64_t *labels, uint64_t *room, const uint64_t start[2], uint64_t tree, size_t n) {
    hash_labels(labels, start, tree, n);
    selected->vole.from_labels(room, labels, n);
    return memcpy(labels, room, n * sizeof *room);
}

void parley_vole_leaves(uint64_t *out, uint64_t *totals, uint64_t *labels, const uint64_t *start, uint64_t first,
                        size_t depth, size_t trees) {
    REQUIRES(depth < MAX_DEPTH);
    REQUIRES(trees <= UINT64_MAX - first);
    REQUIRES(apart(out, trees << (depth + 3), labels, trees << (depth + 4)));
    REQUIRES(there(totals, trees) && there(start, trees));
    const size_t n = (size_t)1 << depth;
    for (size_t i = 0; i < trees; i++) {
        hash_labels(labels + 2 * n * i, start, first + i, n);
        selected->vole.from_labels(out + n * i, labels + 2 * n * i, n);
        totals[i] = selected->vole.total(out + n * i, n);
    }
}

/* What the unknown leaf's label is hashed to counts neither in the sum nor in the result: its pair is zero first. */
static void puncture(uint64_t *out, const uint64_t *x, size_t n, uint64_t path, const uint64_t value[2]) {
    const uint64_t none[2] = {0, 0};
    selected->vole.place(out, x, n, path, none);
    const uint64_t placed[2] = {value[0], difference(value[1], selected->vole.total(out, 2 * n))};
    selected->vole.place(out, x, n, path, placed);
}

void parley_vole_punctured(uint64_t *out, uint64_t *labels, const uint64_t *paths, const uint64_t *values,
                           const uint64_t *start, uint64_t first, size_t depth, size_t trees) {
    REQUIRES(depth < MAX_DEPTH);
    REQUIRES(trees <= UINT64_MAX - first);
    REQUIRES(apart(out, trees << (depth + 4), labels, trees << (depth + 4)));
    REQUIRES(there(paths, trees) && there(values, trees) && there(start, trees));
    const size_t n = (size_t)1 << depth;
    for (size_t i = 0; i < trees; i++) {
        const uint64_t *x = elements_of(labels + 2 * n * i, out + 2 * n * i, start, first + i, n);
        puncture(out + 2 * n * i, x, n, paths[i], values + 2 * i);
    }
}

void parley_vole_add_sparse(uint64_t *out, const uint64_t *table, size_t words, size_t log_size,
                            const uint8_t *round_keys, uint64_t first, size_t n) {
    REQUIRES(words == 1 || words == 2);
    REQUIRES(log_size <= MAX_LOG_SIZE);
    REQUIRES(n <= UINT64_MAX / 2 - first);
    REQUIRES(apart(out, n * words * 8, table, words * 8 << log_size) && there(round_keys, ROUND_KEYS));
    selected->vole.add_sparse(out, table, words, log_size, round_keys, first, n);
}

void parley_vole_prove(uint64_t *z, uint64_t *m, uint64_t *told, uint64_t *constant, uint64_t *first,
                       const uint64_t *x, const uint64_t *m_x, const uint64_t *y, const uint64_t *m_y,
                       const uint64_t *pairs, size_t n) {
    const size_t bytes = n * sizeof *z;
    uint64_t *const made[] = {z, m, told, constant, first};
    const uint64_t *const given[] = {x, m_x, y, m_y, pairs, pairs + n};
    for (size_t i = 0; i < sizeof made / sizeof *made; i++) {
        for (size_t j = 0; j < sizeof given / sizeof *given; j++) REQUIRES(apart(made[i], bytes, given[j], bytes));
        for (size_t j = 0; j < i; j++) REQUIRES(apart(made[i], bytes, made[j], bytes));
    }
    selected->vole.prove(z, m, told, constant, first, x, m_x, y, m_y, pairs, n);
}

void parley_vole_verify(uint64_t *out, const uint64_t *k_x, const uint64_t *k_y, const uint64_t *k_z,
                        const uint64_t *delta, size_t n) {
    const size_t bytes = n * sizeof *out;
    REQUIRES(apart(out, bytes, k_x, bytes) && apart(out, bytes, k_y, bytes));
    REQUIRES(apart(out, bytes, k_z, bytes) && apart(out, bytes, delta, sizeof *delta));
    selected->vole.verify(out, k_x, k_y, k_z, delta, n);
}
