/* Hashes of labels: correlation-robust ones from AES, the trees and the garbled gates made of them.
 *
 * A label is 128 bits, two words, lower first; sigma(x) = (upper ^ lower, upper) as (upper, lower). Labels, seeds, keys
 * and delta are secret; tweaks are public. */
#ifndef PARLEY_LABELS_EXPORTS_H
#define PARLEY_LABELS_EXPORTS_H

#include <stddef.h>
#include <stdint.h>

/* Hashes under one fixed key, pi = AES-128 with `round_keys` (Guo, Katz, Wang, Yu, IEEE S&P 2020), of n labels:
 *   hash_cr    pi(x) ^ x
 *   hash_ccr   pi(sigma(x)) ^ sigma(x)
 *   hash_tccr  pi(pi(x) ^ i) ^ pi(x), where i = first, first + 1, ... modulo 2^64
 * Elementwise. */
void parley_hash_cr(uint64_t *out, const uint64_t *x, const uint8_t round_keys[176], size_t n);
void parley_hash_ccr(uint64_t *out, const uint64_t *x, const uint8_t round_keys[176], size_t n);
void parley_hash_tccr(uint64_t *out, const uint64_t *x, const uint8_t round_keys[176], uint64_t first, size_t n);

/* A key for each tweak (Guo, Katz, Wang, Weng, Yu, CRYPTO 2020): pi_i(sigma(x)) ^ sigma(x), where pi_i is AES-128
 * with the key start ^ i, for x (n, each) labels and i = first + row; first + n <= 2^64. Elementwise. */
void parley_hash_rekeyed(uint64_t *out, const uint64_t *x, const uint64_t start[2], uint64_t first, size_t n,
                         size_t each);

/* One level of a tree, the two children of each of n seeds: out (n, 2) seeds.
 *   tree_level       out[i][b] = pi_b(sigma(x_i)) ^ sigma(x_i), where pi_b is AES-128 with round_keys[b]
 *   half_tree_level  out[i][0] = hash_ccr(x_i), out[i][1] = x_i ^ hash_ccr(x_i)
 * (Guo, Yang, Wang, Zhang, Xie, Liu, Zhao, EUROCRYPT 2023, for the second). */
void parley_tree_level(uint64_t *out, const uint64_t *seeds, const uint8_t round_keys[2 * 176], size_t n);
void parley_half_tree_level(uint64_t *out, const uint64_t *seeds, const uint8_t round_keys[176], size_t n);

/* out[r][i] = labels[r][i], or that ^ delta where bits[r][i] is 1, for `rows` rows of n labels: rows of labels and bits, each
 * 0 or 1 and secret, begin label_step labels and bit_step bytes after each other. out is apart from all others. */
void parley_shift_labels(uint64_t *out, const uint64_t *labels, size_t label_step, const uint8_t *bits, size_t bit_step,
                         const uint64_t delta[2], size_t rows, size_t n);

/* Half-gates (Zahur, Rosulek, Evans, EUROCRYPT 2015, figure 2) for n AND gates, with hash_rekeyed and the tweaks
 * 2 g, 2 g + 1 for gate g = first, first + 1, ...; first + n <= 2^63. a0, b0, c0: labels of zero; delta is odd;
 * tables (n, 2) labels: T_G, T_E. c0 may be the very same array as a0 or b0, and c as a or b; all others are
 * apart. */
void parley_garble_ands(uint64_t *tables, uint64_t *c0, const uint64_t *a0, const uint64_t *b0,
                        const uint64_t delta[2], const uint64_t start[2], uint64_t first, size_t n);
void parley_evaluate_ands(uint64_t *c, const uint64_t *a, const uint64_t *b, const uint64_t *tables,
                          const uint64_t start[2], uint64_t first, size_t n);

/* Part of a program, a circuit's gates in groups, for `instances` of the circuit at once. Slots hold the labels of wires,
 * slots (slot, instance) labels. A gate is three numbers: the slots of its operands, each doubled, plus 1 where an
 * operand of an AND is negated, and the slot of its result. A group is two: how many gates follow, and whether they are
 * ANDs (1) or XORs (0). XORs of a group are computed one after the other; ANDs of a group read their operands before
 * any result is written. The i-th AND of the part, counted over groups, gates and instances, is gate first + i of
 * garble_ands and evaluate_ands; tables (i, 2) labels are in this order. work has room for 2 labels of each
 * instance of each AND of the largest group. Gates and groups are public, and what they say
 * lies within the arrays. */
void parley_garble_circuit(uint64_t *tables, uint64_t *slots, uint64_t *work, const int32_t *gates,
                           const int32_t *groups, size_t n_groups, const uint64_t delta[2], const uint64_t start[2],
                           uint64_t first, size_t instances);
void parley_evaluate_circuit(uint64_t *slots, uint64_t *work, const uint64_t *tables, const int32_t *gates,
                             const int32_t *groups, size_t n_groups, const uint64_t start[2], uint64_t first,
                             size_t instances);

/* Three halves (Rosulek, Roy, CRYPTO 2021) for n AND gates, as docs/algorithms/three_halves.md has them, with the tweaks
 * 3 g, 3 g + 1, 3 g + 2 for gate g = first, first + 1, ...; first + n <= 2^62. Labels of zero and delta as in garble_ands.
 * A gate's table is two words in `pairs`, one in `thirds` and a byte below 32 in `controls`; of a byte of `dice`, which is
 * secret, uniform and for one gate only, the two lowest bits are used, and of a byte of `controls` the five lowest. c0
 * may be the very same array as a0 or b0, and c as a or b; all others are apart. */
void parley_garble_three_halves(uint64_t *pairs, uint64_t *thirds, uint8_t *controls, uint64_t *c0, const uint64_t *a0,
                                const uint64_t *b0, const uint64_t delta[2], const uint64_t start[2],
                                const uint8_t *dice, uint64_t first, size_t n);
void parley_evaluate_three_halves(uint64_t *c, const uint64_t *a, const uint64_t *b, const uint64_t *pairs,
                                  const uint64_t *thirds, const uint8_t *controls, const uint64_t start[2],
                                  uint64_t first, size_t n);

/* garble_circuit and evaluate_circuit with the gates of garble_three_halves. */
void parley_garble_three_halves_circuit(uint64_t *pairs, uint64_t *thirds, uint8_t *controls, uint64_t *slots,
                                        uint64_t *work, const int32_t *gates, const int32_t *groups, size_t n_groups,
                                        const uint64_t delta[2], const uint64_t start[2], const uint8_t *dice,
                                        uint64_t first, size_t instances);
void parley_evaluate_three_halves_circuit(uint64_t *slots, uint64_t *work, const uint64_t *pairs,
                                          const uint64_t *thirds, const uint8_t *controls, const int32_t *gates,
                                          const int32_t *groups, size_t n_groups, const uint64_t start[2],
                                          uint64_t first, size_t instances);

/* Half-gates of several garblers for n AND gates, with the hashes H and H' of garble_ands, under the tweaks 2 g and
 * 2 g + 1: what a garbler adds to its shares, and what an evaluator to the sum of them.
 *   garble_jointly    left ^= H(a0) ^ H(a0 ^ delta), right ^= H'(b0) ^ H'(b0 ^ delta), third ^= H(a0) ^ H'(b0)
 *   evaluate_jointly  c ^= H(a) ^ H'(b)
 * All arrays are n labels, those that are written apart from all others. */
void parley_garble_jointly(uint64_t *left, uint64_t *right, uint64_t *third, const uint64_t *a0, const uint64_t *b0,
                           const uint64_t delta[2], const uint64_t start[2], uint64_t first, size_t n);
void parley_evaluate_jointly(uint64_t *c, const uint64_t *a, const uint64_t *b, const uint64_t start[2], uint64_t first,
                             size_t n);

/* garble_jointly and evaluate_jointly for part of a program, as garble_circuit has it; `ands` counts the ANDs of all
 * instances in it. A garbler has m + 1 rows of labels on a slot, slots (slot, m + 1, instance): its own label of masked
 * zero, and its shares of the mask times the offset of each of the m garblers, of whom it is number `me`. starts (m,) are
 * those of its strings for each garbler's label. Rows of `shares`, one for each garbler, begin share_step >= 2 ands
 * labels after each other: its shares of the offset times the masks of the ANDs' results, and then times what the masks
 * of their operands give. tables (3 m - 1, ands) is written: strings for the left halves of each garbler, for the right
 * halves, thirds of each other garbler; and lowest (ands): what the lowest bits of the own labels were before these were
 * cleared. A negated operand shifts the share under the own offset. work has room for 3 labels of each instance of each
 * AND of the largest group.
 * The evaluator has a label of each garbler on a slot, (slot, m, instance), whose lowest bits are the masked value.
 * total (3 m, ands): the sum of all garblers' strings, their own thirds being 0; lowest (m, ands), 0 or 1; starts (m, m),
 * of garbler and string. work has room for 3 m labels of each instance of each AND of the largest group. */
void parley_garble_jointly_circuit(uint64_t *tables, uint8_t *lowest, uint64_t *slots, uint64_t *work,
                                   const uint64_t *shares, size_t share_step, const int32_t *gates,
                                   const int32_t *groups, size_t n_groups, const uint64_t delta[2],
                                   const uint64_t *starts, size_t me, size_t garblers, uint64_t first, size_t ands,
                                   size_t instances);
void parley_evaluate_jointly_circuit(uint64_t *slots, uint64_t *work, const uint64_t *total, const uint8_t *lowest,
                                     const int32_t *gates, const int32_t *groups, size_t n_groups,
                                     const uint64_t *starts, size_t garblers, uint64_t first, size_t ands,
                                     size_t instances);

/* Labels that are linear, through part of a program as garble_circuit has it: results of ANDs are given, labels in
 * the order of its tables, and left and right are what the ANDs read, as many, shifted by the offset where an operand is
 * negated. */
void parley_spread_labels(uint64_t *left, uint64_t *right, uint64_t *slots, const uint64_t *results,
                          const int32_t *gates, const int32_t *groups, size_t n_groups, const uint64_t offset[2],
                          size_t instances);

/* garble_circuit and evaluate_circuit as authenticated garbling has them: negated operands are not shifted; the garbler
 * adds a label right[i] to the first and left[i] to the second of the tables of AND i, and sums[i] to its result, whose
 * lowest bit goes to lowest[i], a byte, and is cleared. The evaluator adds sums[i] to the result, and masked[i] is the
 * lowest bit of that. */
void parley_garble_authenticated(uint64_t *tables, uint8_t *lowest, uint64_t *slots, uint64_t *work,
                                 const uint64_t *left, const uint64_t *right, const uint64_t *sums,
                                 const int32_t *gates, const int32_t *groups, size_t n_groups, const uint64_t delta[2],
                                 const uint64_t start[2], uint64_t first, size_t instances);
void parley_evaluate_authenticated(uint8_t *masked, uint64_t *slots, uint64_t *work, const uint64_t *tables,
                                   const uint64_t *sums, const int32_t *gates, const int32_t *groups, size_t n_groups,
                                   const uint64_t start[2], uint64_t first, size_t instances);

/* Labels (n) in place: each with its lowest bit cleared, then shifted by the offset where its bit is 1; 64 bits a word. All
 * are secret. */
void parley_mark_labels(uint64_t *labels, const uint64_t *bits, const uint64_t offset[2], size_t n);

/* out = tables (n, 2) with first (n) and second (n) added to the labels of each pair; out may be tables. */
void parley_add_to_tables(uint64_t *out, const uint64_t *tables, const uint64_t *first, const uint64_t *second,
                          size_t n);

/* Bits of at most 64 instances, those of a wire the lower word of its slot, through part of a program: results of ANDs are
 * given, (i, instance) bytes of 0 and 1. With bits p and q of its operands, whether negated or not, and r of its result
 *   held = sums ^ p right ^ q left ^ (p q ^ r) delta[0]
 * for each AND and instance, words in the same order. All may be secret. */
void parley_check_authenticated(uint64_t *held, uint64_t *slots, const uint8_t *results, const uint64_t *left,
                                const uint64_t *right, const uint64_t *sums, const int32_t *gates,
                                const int32_t *groups, size_t n_groups, const uint64_t delta[2], size_t instances);

/* Wires that a prover knows, through part of a program as garble_circuit has it: the lowest bit of a label is the wire's. The
 * labels of an AND's operands go to left and right, with the lowest bit flipped where an operand is negated; a and b are these
 * bits. results (i) come with a lowest bit r, which becomes a b, and told[i], a byte, is r ^ a b;
 *   cross = b left ^ a right ^ results
 * in the same order. All are secret but gates and groups. */
void parley_prove_ands(uint64_t *left, uint64_t *right, uint64_t *cross, uint8_t *told, uint64_t *slots,
                       uint64_t *results, const int32_t *gates, const int32_t *groups, size_t n_groups,
                       size_t instances);

#endif
