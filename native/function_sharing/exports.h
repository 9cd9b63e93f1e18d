/* Point functions in shares, many side by side: of each, either of two parties has a key that says nothing of where the
 * point lies, and may ask whether the point is at a place, or at or below it: the two answers, one bit each, differ
 * exactly where that is so. Guo, Yang, Wang, Zhang, Xie, Liu, Zhao, EUROCRYPT 2023 (the tree), with leaves of 128 places
 * (Boyle, Gilboa, Ishai, CCS 2016); docs/algorithms/point_functions.md walks from there to the kernels.
 *
 * Points and places are words of `width` bits, width <= 64; what is above these is ignored. A key is a root, a label of
 * the party's own whose lowest bit is not read, and corrections, which both parties have: (levels + 1, n, 2) words with
 * levels = width - 7, or 0 if that is less; of one level those of all keys, `step` labels from those of the level
 * before. Key i hashes with AES-128 under start ^ (first + i); start is public, two words, and unpredictable before roots
 * and points are there. first + n <= 2^64. Points, places, roots and corrections are secret. */
#ifndef PARLEY_FUNCTION_SHARING_EXPORTS_H
#define PARLEY_FUNCTION_SHARING_EXPORTS_H

#include <stddef.h>
#include <stdint.h>

/* The corrections of keys with these points (n) and the roots (n, 2) of either party. */
void parley_point_deal(uint64_t *corrections, size_t step, const uint64_t *points, const uint64_t *left_roots,
                       const uint64_t *right_roots, const uint64_t *start, uint64_t first, size_t width, size_t n);

/* What a party, 0 or 1, answers of each key at one place (n): at_most, whether the point is at most the place; same,
 * whether it is the place. Packed bits, ceil(n / 64) words each, padding cleared; NULL for what is not asked. */
void parley_point_read(uint64_t *at_most, uint64_t *same, const uint64_t *corrections, size_t step,
                       const uint64_t *roots, int party, const uint64_t *places, const uint64_t *start, uint64_t first,
                       size_t width, size_t n);

#endif
