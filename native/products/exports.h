/* Products of bits and words from correlated labels (Asharov, Lindell, Schneider, Zohner, CCS 2013; of words, bit by
 * bit, Gilboa, CRYPTO 1999), for `groups` groups of `count` choices: choice r of group g has label g count + r and the
 * number first + g count + r. Pads are those of products/contract.h, and each group is a run; numbers stay below 2^48,
 * pads have at most 2^17 words. start: two public words, the same for both parties, for these labels alone.
 *
 * group g is three bytes of `shapes`: a width w, 1 to 64, a shift s, s + w <= 64, and the number of a target.
 * shares: (targets, count, length) words, to which is added; the two parties' together get 2^s times the choice times
 * x, modulo 2^(s + w), in the group's target.
 * corrections: for each group w rows of ceil(count length / 64) words, bit planes of (count, length) words; padding is 0.
 *
 * Only choices `begin` to `end` of each group are worked on; begin is a multiple of 64. end <= count. */
#ifndef PARLEY_PRODUCTS_EXPORTS_H
#define PARLEY_PRODUCTS_EXPORTS_H

#include <stddef.h>
#include <stdint.h>

/* labels: the sender's. turns: a packed bit for each label, 1 where the receiver wants the two pads exchanged; NULL for
 * none. x: (count, length) words for each group, `step` words after those of the one before. */
void parley_products_send(uint64_t *corrections, uint64_t *shares, const uint64_t *labels, const uint64_t *turns,
                          const uint64_t *delta, const uint64_t *x, size_t step, const uint64_t *start,
                          uint64_t first, const uint8_t *shapes, size_t groups, size_t count, size_t length,
                          size_t begin, size_t end);

/* labels: the receiver's. choices: a packed bit for each. */
void parley_products_receive(uint64_t *shares, const uint64_t *labels, const uint64_t *choices,
                             const uint64_t *corrections, const uint64_t *start, uint64_t first,
                             const uint8_t *shapes, size_t groups, size_t count, size_t length, size_t begin,
                             size_t end);

/* Of labels `row` to row + n of a run that begins with the number `first`, each ^ offset, whose pads have `words` words:
 * out (n, length), the words `column` to column + length; column is even. labels: those of these rows. */
void parley_pads(uint64_t *out, const uint64_t *labels, const uint64_t *offset, const uint64_t *start, uint64_t first,
                 size_t words, size_t row, size_t n, size_t column, size_t length);

/* The lowest `bits` <= 64 bits of pads of one word, of labels `begin` to begin + n of a run, each ^ offset, as planes:
 * `bits` rows of ceil(n / 64) words, each `step` words after the one before; padding is 0. */
void parley_pad_planes(uint64_t *out, size_t step, const uint64_t *labels, const uint64_t *offset,
                       const uint64_t *start, uint64_t first, size_t begin, size_t n, size_t bits);

#endif
