/* Functions in pieces of numbers x = c - r that are masked by r: what is linear in shares of what goes with the mask.
 * docs/algorithms/pieces.md. Secret are tables, powers and products; all else is public.
 *
 * What has a begin and an end works on the numbers begin to end - 1 of `count` only; begin is a multiple of 64. */
#ifndef PARLEY_PIECES_EXPORTS_H
#define PARLEY_PIECES_EXPORTS_H

#include <stddef.h>
#include <stdint.h>

/* out (rows, count) = sum over j of (first_j + sum over i of b_i steps_ij) x^j modulo 2^64, where b_i = v_i ^ s_i.
 *
 * first (rows, degree + 1), steps (rows, choices, degree + 1); c (count); v (choices, ceil(count / 64)): packed bits.
 * powers (degree + 1, count): r^k from r^0 on; products (choices, degree + 1, count): s_i r^k. degree <= 8. */
void parley_pieces_polynomials(uint64_t *out, const uint64_t *first, const uint64_t *steps, const uint64_t *c,
                               const uint64_t *v, const uint64_t *powers, const uint64_t *products, size_t rows,
                               size_t choices, size_t degree, size_t count, size_t begin, size_t end);

/* out (count, 2^(place_bits - 6)): of each number below 2^place_bits its thermometer, packed bits of which bit j says
 * whether the number is at most j. 6 <= place_bits <= 32. */
void parley_pieces_thermometers(uint64_t *out, const uint64_t *numbers, unsigned place_bits, size_t count);

/* out (thresholds, ceil(count / 64)): packed bits, padding is 0. Bit t_i of number n is the entry of n's row of `table` at
 * (places[n] - t_i) mod 2^place_bits, plus the one at places[n], and 1 more if `whole` and t_i <= places[n].
 *
 * table (count, 2^(place_bits - 6)): packed bits, 6 <= place_bits <= 32; places (count) and t (thresholds), <= 64 of them,
 * are below 2^place_bits. */
void parley_pieces_crossed(uint64_t *out, const uint64_t *table, const uint64_t *places, const uint64_t *t,
                           unsigned place_bits, size_t thresholds, int whole, size_t count, size_t begin, size_t end);

#endif
