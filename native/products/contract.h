/* Products of a bit and words from correlated labels: pads, and what sender and receiver make of them.
 *
 * Labels are 128 bits, two words, lower first, and come in runs. The pad of a label is a row of words, two for each
 * block: block b of label i of a run is pi(pi(x) ^ t) ^ pi(x), t = first + i + 2^48 b modulo 2^64 (TCCR of Guo, Katz,
 * Wang, Yu, IEEE S&P 2020), where pi is AES-128 under the key of products/keys.h. Everything but lengths, shifts, tweaks
 * and what keys are made of is secret. */
#ifndef PARLEY_PRODUCTS_CONTRACT_H
#define PARLEY_PRODUCTS_CONTRACT_H

#include <stddef.h>
#include <stdint.h>

/* What the labels of a run have in common: what their keys begin with, the number of the first one, and how many words
 * the pad of each has. */
typedef struct {
    const uint64_t *start;
    uint64_t first;
    size_t words;
} PadRun;

typedef struct {
    /* out (n, length): of each of n labels x = labels[i] ^ offset, which are number `row` and following of the run, the
     * words `column` to column + length <= run->words of its pad; column is even. */
    void (*pads)(uint64_t *out, const uint64_t *labels, const uint64_t offset[2], const PadRun *run, size_t row,
                 size_t n, size_t column, size_t length);

    /* Rows of `length` words, n of them, each with a bit of `turns` or `choices`. In both, shift < 64.
     *   send     p and q are zero and one, exchanged in rows whose bit is 1:
     *            words = x + p - q, shares -= 2^shift p
     *   receive  shares += 2^shift (own + words), where words count only in rows whose bit is 1 */
    void (*send)(uint64_t *words, uint64_t *shares, const uint64_t *zero, const uint64_t *one, const uint64_t *x,
                 const uint64_t *turns, unsigned shift, size_t n, size_t length);
    void (*receive)(uint64_t *shares, const uint64_t *own, const uint64_t *words, const uint64_t *choices,
                    unsigned shift, size_t n, size_t length);
} ProductKernels;

enum { PARLEY_BLOCK_TWEAK = 48 };

extern const ProductKernels products_portable, products_avx2, products_avx512_ice;

#endif
