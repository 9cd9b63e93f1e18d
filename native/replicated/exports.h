/* Products of replicated shares among three parties: x is x0 + x1 + a part that this party does not have. */
#ifndef PARLEY_REPLICATED_EXPORTS_H
#define PARLEY_REPLICATED_EXPORTS_H

#include <stddef.h>
#include <stdint.h>

/* Elementwise over n words: out = x0*(y0 + y1) + x1*y0 + a - b mod 2^64, and the same of bits; a and b are the streams
 * of AES-128 (aes/exports.h) under the keys `after` and `before`, each from a block on, or
 * zeros where there is no key (NULL). */
void parley_replicated_product(uint64_t *out, const uint64_t *x0, const uint64_t *x1, const uint64_t *y0,
                               const uint64_t *y1, const uint8_t before[16], uint64_t before_block,
                               const uint8_t after[16], uint64_t after_block, size_t n);
void parley_replicated_and(uint64_t *out, const uint64_t *x0, const uint64_t *x1, const uint64_t *y0,
                           const uint64_t *y1, const uint8_t before[16], uint64_t before_block,
                           const uint8_t after[16], uint64_t after_block, size_t n);

#endif
