/* SoftSpokenOT (Roy, CRYPTO 2022) over GF(2^k), 1 <= k <= 8, for batches of `blocks` times 128 correlations.
 *
 * The 128 bits of a label are cut into parts of k bits, the last one shorter where k does not divide 128. Part i, of w
 * bits, has 2^w AES-128 keys; round_keys holds the 11 round keys of all of them, part after part. The streams of a
 * part, folded, give a row u_i of choices and w rows v. `first` counts the 128s of correlations before this batch. A
 * sender's key x = 0 of each part is not used.
 *
 * labels: (128 blocks, 2) words. choices: (blocks, 2) words, row u_0. corrections: rows u_i ^ u_0 for i > 0, that is
 * (parts - 1) of (blocks, 2) words, each `step` words after the one before. rows: parley_softspoken_rows_size(blocks)
 * words in an order that is these entries' own.
 * sums: 128 elements of GF(2^128), to which is added, for each row, the sum of its blocks times powers[0], powers[1],
 * ...: (blocks, 2) words. */
#ifndef PARLEY_OT_EXPORTS_H
#define PARLEY_OT_EXPORTS_H

#include <stddef.h>
#include <stdint.h>

/* The size of `rows`, in words. */
size_t parley_softspoken_rows_size(size_t blocks);

/* The receiver's batch in one step, or in two where its rows are to be summed with powers that are known later. */
void parley_softspoken_receive(uint64_t *labels, uint64_t *choices, uint64_t *corrections, size_t step,
                               const uint8_t *round_keys, size_t k, uint64_t first, size_t blocks);
void parley_softspoken_rows(uint64_t *rows, uint64_t *choices, uint64_t *corrections, size_t step,
                            const uint8_t *round_keys, size_t k, uint64_t first, size_t blocks);
void parley_softspoken_labels(uint64_t *labels, uint64_t *sums, const uint64_t *rows, const uint64_t *powers,
                              size_t blocks);

/* The sender's batch; delta: one label. Where powers is NULL, sums is not used. */
void parley_softspoken_send(uint64_t *labels, uint64_t *sums, const uint64_t *corrections, size_t step,
                            const uint64_t *delta, const uint8_t *round_keys, size_t k, uint64_t first,
                            const uint64_t *powers, size_t blocks);

/* Correlated trees (Guo, Yang, Wang, Zhang, Xie, Liu, Zhao, EUROCRYPT 2023): 2^depth leaves each, depth >= 1, whose
 * nodes of any level sum to delta, which is odd. A node's children are h = pi(sigma(x)) ^ sigma(x) and x ^ h, where pi is
 * AES-128 under a key of the tree's own: tree i has start ^ (first + i); start is public, two words, lower first.
 *
 * grow: roots (trees, 2), the left children of all roots; leaves (trees, 2^depth, 2), their lowest bit cleared; sums
 * (trees, depth, 2), of the left nodes of each level, the root's children first.
 * regrow: the same leaves, but where the path says which one is missing the sum of the others, with lowest bit 1.
 * paths (trees), numbers of the missing leaves below 2^depth; sums (trees, depth, 2), of each level those of the side
 * that the path does not take. scratch: 2^depth words. */
void parley_half_trees_grow(uint64_t *leaves, uint64_t *sums, uint64_t *scratch, const uint64_t *roots,
                            const uint64_t *delta, const uint64_t *start, uint64_t first, size_t depth, size_t trees);
void parley_half_trees_regrow(uint64_t *leaves, uint64_t *scratch, const uint64_t *paths, const uint64_t *sums,
                              const uint64_t *start, uint64_t first, size_t depth, size_t trees);

/* Sums of ten rows of a table that a random sparse matrix picks: out[i] ^= table[j] for the ten numbers j of row first + i,
 * each below 2^log_size (log_size <= 21). Row r has four words, blocks 2 r and 2 r + 1 of the AES-128 key stream of
 * round_keys; each word gives three numbers, its bits 0 to 20, 21 to 41 and 42 to 62, cut to log_size bits; the last two of
 * the twelve are not used. out (n, 2), table (2^log_size, 2); what is in them is secret, the keys are public.
 * first + n < 2^63. */
void parley_add_sparse(uint64_t *out, const uint64_t *table, size_t log_size, const uint8_t *round_keys,
                       uint64_t first, size_t n);

/* The lowest bit of each of n labels, packed, padding cleared. */
void parley_lowest_bits(uint64_t *out, const uint64_t *labels, size_t n);

#endif
