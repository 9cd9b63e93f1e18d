/* The entries of silent transfer: correlated trees, whole and punctured, and the sums of a sparse matrix. */

#include "dispatch.h"
#include "lengths.h"
#include "ot/exports.h"

#include <string.h>

enum { ROUND_KEYS = 176, MAX_DEPTH = 32, PICKED_ROWS = 64, MAX_LOG_SIZE = PARLEY_OT_PICK_BITS };

/* Levels alternate between two places, so that the last one lies in `leaves`. */
static uint64_t *place(uint64_t *leaves, uint64_t *scratch, size_t depth, size_t level) {
    return (depth - level) % 2 ? scratch : leaves;
}

static void clear_lowest_bits(uint64_t *leaves, size_t n) {
    for (size_t i = 0; i < n; i++) leaves[2 * i] &= ~(uint64_t)1;
}

static void grow_tree(uint64_t *leaves, uint64_t *sums, uint64_t *scratch, const uint64_t *root, const uint64_t *delta,
                      const uint8_t *round_keys, size_t depth) {
    uint64_t *nodes = place(leaves, scratch, depth, 1), sum[4];
    for (size_t w = 0; w < 2; w++) {
        sums[w] = nodes[w] = root[w];
        nodes[2 + w] = root[w] ^ delta[w];
    }
    for (size_t level = 1; level < depth; level++) {
        uint64_t *children = place(leaves, scratch, depth, level + 1);
        selected->labels.half_tree_level(children, nodes, round_keys, (size_t)1 << level);
        selected->ot.sum_pairs(sum, children, (size_t)1 << level);
        memcpy(sums + 2 * level, sum, 16);
        nodes = children;
    }
    clear_lowest_bits(leaves, (size_t)1 << depth);
}

/* The missing node is zero, so that its children are those of zero: `void_children`, two labels. One of them is
 * known by what the sum of its side tells; the other becomes zero. */
static void correct_level(uint64_t *children, size_t nodes, uint64_t missing, uint64_t takes_right,
                          const uint64_t *known, const uint64_t *void_children) {
    uint64_t sum[4], added[4];
    selected->ot.sum_pairs(sum, children, nodes);
    for (size_t w = 0; w < 2; w++) {
        added[w] = (takes_right & (known[w] ^ sum[w])) ^ (~takes_right & void_children[w]);
        added[2 + w] = (~takes_right & (known[w] ^ sum[2 + w])) ^ (takes_right & void_children[2 + w]);
    }
    selected->ot.add_to_pair(children, nodes, missing, added);
}

/* The missing leaf, zero so far, becomes the sum of all others, with lowest bit 1. */
static void fill_missing(uint64_t *leaves, size_t pairs, uint64_t path) {
    const uint64_t right = 0 - (path & 1);
    uint64_t sum[4], added[4];
    selected->ot.sum_pairs(sum, leaves, pairs);
    clear_lowest_bits(leaves, 2 * pairs);
    for (size_t w = 0; w < 2; w++) sum[w] ^= sum[2 + w];
    sum[0] |= 1;
    for (size_t w = 0; w < 2; w++) {
        added[2 + w] = right & sum[w];
        added[w] = ~right & sum[w];
    }
    selected->ot.add_to_pair(leaves, pairs, path >> 1, added);
}

static void regrow_tree(uint64_t *leaves, uint64_t *scratch, uint64_t path, const uint64_t *sums,
                        const uint8_t *round_keys, size_t depth) {
    const uint64_t zero[2] = {0};
    uint64_t void_children[4], *nodes = place(leaves, scratch, depth, 1);
    selected->labels.half_tree_level(void_children, zero, round_keys, 1);
    memset(nodes, 0, 32);
    uint64_t takes_right = 0 - (path >> (depth - 1) & 1);
    for (size_t w = 0; w < 2; w++) {
        nodes[w] = takes_right & sums[w];
        nodes[2 + w] = ~takes_right & sums[w];
    }
    for (size_t level = 1; level < depth; level++) {
        uint64_t *children = place(leaves, scratch, depth, level + 1);
        const size_t n = (size_t)1 << level;
        takes_right = 0 - (path >> (depth - 1 - level) & 1);
        selected->labels.half_tree_level(children, nodes, round_keys, n);
        correct_level(children, n, path >> (depth - level), takes_right, sums + 2 * level, void_children);
        nodes = children;
    }
    fill_missing(leaves, (size_t)1 << (depth - 1), path);
}

void parley_half_trees_grow(uint64_t *leaves, uint64_t *sums, uint64_t *scratch, const uint64_t *roots,
                            const uint64_t *delta, const uint8_t *round_keys, size_t depth, size_t trees) {
    REQUIRES(depth >= 1 && depth < MAX_DEPTH);
    REQUIRES(apart(leaves, trees << (depth + 4), scratch, (size_t)8 << depth));
    for (size_t i = 0; i < trees; i++)
        grow_tree(leaves + (2 * i << depth), sums + 2 * i * depth, scratch, roots + 2 * i, delta, round_keys, depth);
}

void parley_half_trees_regrow(uint64_t *leaves, uint64_t *scratch, const uint64_t *paths, const uint64_t *sums,
                              const uint8_t *round_keys, size_t depth, size_t trees) {
    REQUIRES(depth >= 1 && depth < MAX_DEPTH);
    REQUIRES(apart(leaves, trees << (depth + 4), scratch, (size_t)8 << depth));
    for (size_t i = 0; i < trees; i++)
        regrow_tree(leaves + (2 * i << depth), scratch, paths[i], sums + 2 * i * depth, round_keys, depth);
}

void parley_add_sparse(uint64_t *out, const uint64_t *table, size_t log_size, const uint8_t *round_keys,
                       uint64_t first, size_t n) {
    REQUIRES(log_size <= MAX_LOG_SIZE);
    REQUIRES(n <= UINT64_MAX / 2 - first);
    REQUIRES(apart(out, n * 16, table, (size_t)16 << log_size));
    uint64_t picks[PICKED_ROWS * PARLEY_OT_PICK_WORDS];
    for (size_t at = 0; at < n; at += PICKED_ROWS) {
        const size_t now = at_most(n - at, PICKED_ROWS);
        selected->aes.ctr((uint8_t *)picks, round_keys, 10, 0, 2 * (first + at), 2 * now);
        selected->ot.add_picked(out + 2 * at, table, picks, log_size, now);
    }
}

void parley_lowest_bits(uint64_t *out, const uint64_t *labels, size_t n) {
    REQUIRES(apart(out, (n + 63) / 64 * 8, labels, n * 16));
    for (size_t at = 0; at < n; at += 64) {
        uint64_t word = 0;
        for (size_t i = at_most(n - at, 64); i; i--) word = word << 1 | (labels[2 * (at + i - 1)] & 1);
        out[at / 64] = word;
    }
}
