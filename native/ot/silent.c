/* The entries of silent transfer: correlated trees, whole and punctured, and the sums of a sparse matrix. */

#include "dispatch.h"
#include "lengths.h"

#include <string.h>

enum { ROUND_KEYS = 176, MAX_DEPTH = 32, MAX_LOG_SIZE = PARLEY_OT_PICK_BITS };

static const uint64_t all_bits[4] = {UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX};
static const uint64_t all_but_lowest[4] = {UINT64_MAX - 1, UINT64_MAX, UINT64_MAX - 1, UINT64_MAX};
static const uint64_t nothing[4];

/* Levels alternate between two places, so that the last one lies in `leaves`. */
static uint64_t *place(uint64_t *leaves, uint64_t *scratch, size_t depth, size_t level) {
    return (depth - level) % 2 ? scratch : leaves;
}

/* The round keys of a tree: a key of its own for each, so that an encryption can be held against one tree alone. */
static void keys_of_tree(uint8_t round_keys[ROUND_KEYS], const uint64_t start[2], uint64_t tree) {
    const uint64_t key[2] = {start[0] ^ tree, start[1]};
    selected->aes.expand_key_128(round_keys, (const uint8_t *)key);
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
    selected->ot.add_to_pair(leaves, (size_t)1 << (depth - 1), 0, nothing, all_but_lowest);
}

/* The missing node is zero, so that its children are those of zero: `void_children`, two labels. One of them is known
 * by what the sum of its side tells; the other is to become zero. `added`: what that takes; `total`: the sum of all
 * nodes of the level then. */
static void correct_level(uint64_t added[4], uint64_t total[2], const uint64_t *children, size_t nodes,
                          uint64_t takes_right, const uint64_t *known, const uint64_t *void_children) {
    uint64_t sum[4];
    selected->ot.sum_pairs(sum, children, nodes);
    for (size_t w = 0; w < 2; w++) {
        added[w] = (takes_right & (known[w] ^ sum[w])) ^ (~takes_right & void_children[w]);
        added[2 + w] = (~takes_right & (known[w] ^ sum[2 + w])) ^ (takes_right & void_children[2 + w]);
        total[w] = sum[w] ^ sum[2 + w] ^ added[w] ^ added[2 + w];
    }
}

/* The missing leaf becomes the sum of all others with lowest bit 1, in one pass with what the last level lacks yet: all
 * lowest bits are cleared before anything is added. */
static void finish_leaves(uint64_t *leaves, size_t pairs, uint64_t path, uint64_t added[4], uint64_t total[2]) {
    const uint64_t right = 0 - (path & 1);
    total[0] |= 1;
    for (size_t w = 0; w < 4; w++) added[w] &= all_but_lowest[w];
    for (size_t w = 0; w < 2; w++) {
        added[w] ^= ~right & total[w];
        added[2 + w] ^= right & total[w];
    }
    selected->ot.add_to_pair(leaves, pairs, path >> 1, added, all_but_lowest);
}

static void regrow_tree(uint64_t *leaves, uint64_t *scratch, uint64_t path, const uint64_t *sums,
                        const uint8_t *round_keys, size_t depth) {
    uint64_t void_children[4], added[4] = {0}, total[2] = {sums[0], sums[1]};
    uint64_t *nodes = place(leaves, scratch, depth, 1);
    uint64_t takes_right = 0 - (path >> (depth - 1) & 1);
    selected->labels.half_tree_level(void_children, nothing, round_keys, 1);
    for (size_t w = 0; w < 2; w++) {
        nodes[w] = takes_right & sums[w];
        nodes[2 + w] = ~takes_right & sums[w];
    }
    for (size_t level = 1; level < depth; level++) {
        uint64_t *children = place(leaves, scratch, depth, level + 1);
        const size_t n = (size_t)1 << level;
        takes_right = 0 - (path >> (depth - 1 - level) & 1);
        selected->labels.half_tree_level(children, nodes, round_keys, n);
        correct_level(added, total, children, n, takes_right, sums + 2 * level, void_children);
        if (level + 1 < depth) selected->ot.add_to_pair(children, n, path >> (depth - level), added, all_bits);
        nodes = children;
    }
    finish_leaves(leaves, (size_t)1 << (depth - 1), path, added, total);
}

void parley_half_trees_grow(uint64_t *leaves, uint64_t *sums, uint64_t *scratch, const uint64_t *roots,
                            const uint64_t *delta, const uint64_t *start, uint64_t first, size_t depth, size_t trees) {
    REQUIRES(depth >= 1 && depth < MAX_DEPTH);
    REQUIRES(trees <= UINT64_MAX - first);
    REQUIRES(apart(leaves, trees << (depth + 4), scratch, (size_t)8 << depth));
    REQUIRES(there(sums, trees) && there(roots, trees) && there(delta, trees) && there(start, trees));
    uint8_t round_keys[ROUND_KEYS];
    for (size_t i = 0; i < trees; i++) {
        keys_of_tree(round_keys, start, first + i);
        grow_tree(leaves + (2 * i << depth), sums + 2 * i * depth, scratch, roots + 2 * i, delta, round_keys, depth);
    }
}

void parley_half_trees_regrow(uint64_t *leaves, uint64_t *scratch, const uint64_t *paths, const uint64_t *sums,
                              const uint64_t *start, uint64_t first, size_t depth, size_t trees) {
    REQUIRES(depth >= 1 && depth < MAX_DEPTH);
    REQUIRES(trees <= UINT64_MAX - first);
    REQUIRES(apart(leaves, trees << (depth + 4), scratch, (size_t)8 << depth));
    REQUIRES(there(paths, trees) && there(sums, trees) && there(start, trees));
    uint8_t round_keys[ROUND_KEYS];
    for (size_t i = 0; i < trees; i++) {
        keys_of_tree(round_keys, start, first + i);
        regrow_tree(leaves + (2 * i << depth), scratch, paths[i], sums + 2 * i * depth, round_keys, depth);
    }
}

void parley_add_sparse(uint64_t *out, const uint64_t *table, size_t log_size, const uint8_t *round_keys,
                       uint64_t first, size_t n) {
    REQUIRES(log_size <= MAX_LOG_SIZE);
    REQUIRES(n <= UINT64_MAX / 2 - first);
    REQUIRES(apart(out, n * 16, table, (size_t)16 << log_size) && there(round_keys, 176));
    selected->ot.add_sparse(out, table, log_size, round_keys, first, n);
}

void parley_lowest_bits(uint64_t *out, const uint64_t *labels, size_t n) {
    REQUIRES(apart(out, (n + 63) / 64 * 8, labels, n * 16));
    selected->ot.lowest_bits(out, labels, n);
}
