/* Vector oblivious linear evaluation over the integers modulo p = 2^61 - 1: labels of correlated trees as elements, and
 * sums of a sparse matrix. Elements are one word, in [0, p), wherever they enter or leave.
 *
 * A label x, two words, lower first, stands for the element (pi(sigma(x)) ^ sigma(x)) mod p, read as a number of 128
 * bits, where pi is AES-128 under a key of the tree's own: tree i has start ^ (first + i); start is public, two words.
 * docs/algorithms/vole.md tells what the trees are for. */
#ifndef PARLEY_VOLE_EXPORTS_H
#define PARLEY_VOLE_EXPORTS_H

#include <stddef.h>
#include <stdint.h>

/* out (trees, 2^depth): the elements that the labels (trees, 2^depth, 2) stand for; totals (trees): their sums. The
 * labels are overwritten. */
void parley_vole_leaves(uint64_t *out, uint64_t *totals, uint64_t *labels, const uint64_t *start, uint64_t first,
                        size_t depth, size_t trees);

/* The same where the label of leaf paths[i] of tree i is not known: out (trees, 2^depth, 2) has 0 and the element of
 * each leaf, but for that one, which has values[i] (trees, 2): the first word as it is, the second less the sum of all
 * other elements of the tree. paths are secret, below 2^depth. */
void parley_vole_punctured(uint64_t *out, uint64_t *labels, const uint64_t *paths, const uint64_t *values,
                           const uint64_t *start, uint64_t first, size_t depth, size_t trees);

/* Adds to each row of out (n, words) the ten rows of the table (2^log_size, words) that parley_add_sparse picks for
 * row first + i; `words` is 1 or 2. log_size <= 21, first + n < 2^63. */
void parley_vole_add_sparse(uint64_t *out, const uint64_t *table, size_t words, size_t log_size,
                            const uint8_t *round_keys, uint64_t first, size_t n);

/* Products that a prover shows to be right: for elements x with M of x, and so on, all (n), and pairs (n, 2) of a random
 * element and its M, z = x y, m = the pair's M, told = z less the random element, constant = M_x M_y and
 * first = m - x M_y - y M_x; all (n). */
void parley_vole_prove(uint64_t *z, uint64_t *m, uint64_t *told, uint64_t *constant, uint64_t *first,
                       const uint64_t *x, const uint64_t *m_x, const uint64_t *y, const uint64_t *m_y,
                       const uint64_t *pairs, size_t n);

/* The verifier's: out = k_x k_y + k_z delta, all (n), delta one element. */
void parley_vole_verify(uint64_t *out, const uint64_t *k_x, const uint64_t *k_y, const uint64_t *k_z,
                        const uint64_t *delta, size_t n);

#endif
